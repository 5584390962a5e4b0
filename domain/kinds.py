"""Every kind of setting that there is: whoever adds one adds it here."""

from collections.abc import Mapping

from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.units import Unit
from domain.catalog.variant_types import VariantType
from domain.customer_groups import CustomerGroup
from domain.payment_methods import PaymentMethod
from domain.registers import Register
from domain.report_schedules import ReportSchedule
from domain.settings import Setting
from domain.storages import Storage
from domain.stores import Store
from domain.suppliers import Supplier
from domain.tax_rates import TaxRate

SETTINGS: tuple[type[Setting], ...] = (
    Store,
    Storage,
    Register,
    Brand,
    Category,
    Unit,
    VariantType,
    Supplier,
    TaxRate,
    PaymentMethod,
    CustomerGroup,
    ReportSchedule,
)
KINDS: Mapping[str, type[Setting]] = {setting.kind: setting for setting in SETTINGS}
