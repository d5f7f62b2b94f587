# why: a class that libraries use
import fractions
fractions.Fraction.limit_denominator = print
