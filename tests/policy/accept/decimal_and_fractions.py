# why: decimal contexts and exact fractions
from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext
from fractions import Fraction
import decimal

getcontext().prec = 30
print(Decimal(1) / Decimal(7), Decimal("2").sqrt())
with localcontext() as context:
    context.prec = 5
    context.rounding = ROUND_HALF_UP
    print(Decimal(1) / Decimal(3))
try:
    Decimal(1) / 0
except decimal.DivisionByZero as error:
    print("division by zero", type(error).__name__)
print(Decimal("2.675").quantize(Decimal("0.01")), sum([Fraction(1, n) for n in range(1, 6)]))
print(Fraction("0.125"), Fraction(3.5).limit_denominator(10), f"{Decimal('1234567.891'):,.2f}")
