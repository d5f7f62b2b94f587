# why: attrgetter with an f-string
import operator
operator.attrgetter(f"{'_' * 2}class{'_' * 2}")(1)  # here
