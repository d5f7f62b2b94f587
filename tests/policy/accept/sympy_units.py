# why: a millimetre is called mm
from sympy.physics.units import convert_to, kilometer, meter, mm, second
from sympy.physics import units

print(convert_to(5 * kilometer / second, [meter, second]), convert_to(3 * meter, mm), convert_to(units.mm, units.meter))
