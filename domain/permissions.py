"""Who may do what: the roles of a shop as a table of permission keys, `<resource>.<action>`."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

SUPER_ADMIN = "Super Admin"
ADMIN = "Admin"
MANAGER = "Manager"
CASHIER = "Cashier"
CLERK = "Inventory Clerk"

_A, _M, _C, _I = ADMIN, MANAGER, CASHIER, CLERK

#: Each key, what it allows, and the roles that hold it by default. A super admin runs the platform and
#: holds the keys of the platform; the shop's own keys belong to the shop's people.
PERMISSIONS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "stores.view": ("see stores and registers", (_A, _M)),
        "stores.create": ("open stores and set up registers", (_A,)),
        "stores.edit": ("edit stores and registers", (_A,)),
        "stores.archive": ("archive stores and registers", (_A,)),
        "storages.view": ("see storages", (_A, _M, _I)),
        "storages.create": ("set up storages", (_A,)),
        "storages.edit": ("edit storages", (_A,)),
        "storages.archive": ("archive storages", (_A,)),
        "brands.view": ("see brands", (_A, _M, _I)),
        "brands.create": ("add brands", (_A, _M)),
        "brands.edit": ("edit brands", (_A, _M)),
        "brands.archive": ("archive brands", (_A, _M)),
        "categories.view": ("see categories", (_A, _M, _I)),
        "categories.create": ("add categories", (_A, _M)),
        "categories.edit": ("edit and move categories", (_A, _M)),
        "categories.archive": ("archive categories", (_A, _M)),
        "units.view": ("see units", (_A, _M, _I)),
        "units.create": ("add units", (_A, _M)),
        "units.edit": ("edit units", (_A, _M)),
        "units.archive": ("archive units", (_A, _M)),
        "variant_types.view": ("see variant types", (_A, _M, _I)),
        "variant_types.create": ("add variant types", (_A, _M)),
        "variant_types.edit": ("edit variant types", (_A, _M)),
        "variant_types.archive": ("archive variant types", (_A, _M)),
        "suppliers.view": ("see suppliers", (_A, _M, _I)),
        "suppliers.create": ("add suppliers", (_A, _M, _I)),
        "suppliers.edit": ("edit suppliers", (_A, _M, _I)),
        "suppliers.archive": ("archive suppliers", (_A, _M, _I)),
        "tax_rates.view": ("see tax rates", (_A, _M)),
        "tax_rates.create": ("set up tax rates", (_A,)),
        "tax_rates.edit": ("edit tax rates", (_A,)),
        "tax_rates.archive": ("archive tax rates", (_A,)),
        "payment_methods.view": ("see payment methods", (_A, _M)),
        "payment_methods.create": ("set up payment methods", (_A,)),
        "payment_methods.edit": ("edit payment methods", (_A,)),
        "payment_methods.archive": ("archive payment methods", (_A,)),
        "company.view": ("see the company's settings", (_A,)),
        "company.edit": ("edit the company's settings", (_A,)),
        "users.view": ("see users, roles and permissions", (_A,)),
        "users.create": ("add users", (_A,)),
        "users.edit": ("edit users, their stores, passwords and sessions", (_A,)),
        "users.grant": ("grant and deny single permissions", (_A,)),
        "users.archive": ("archive users", (_A,)),
        "companies.view": ("see companies: the platform's all, an admin the own", (SUPER_ADMIN, _A)),
        "companies.create": ("take on companies", (SUPER_ADMIN,)),
        "companies.edit": ("edit companies: the platform all, an admin the own", (SUPER_ADMIN, _A)),
        "companies.suspend": ("suspend and activate companies", (SUPER_ADMIN,)),
        "companies.archive": ("archive companies", (SUPER_ADMIN,)),
        "companies.clone": ("clone companies, to try things out", (SUPER_ADMIN,)),
        "subscriptions.view": ("see a company's package and what it uses of it", (SUPER_ADMIN, _A)),
        "subscriptions.edit": ("give a company another package or period", (SUPER_ADMIN,)),
        "packages.view": ("see packages", (SUPER_ADMIN,)),
        "packages.create": ("add packages", (SUPER_ADMIN,)),
        "packages.edit": ("edit, activate and deactivate packages", (SUPER_ADMIN,)),
        "packages.archive": ("archive packages", (SUPER_ADMIN,)),
        "products.view": ("see the catalog", (_A, _M, _I)),
        "products.create": ("add products and variants", (_A, _M)),
        "products.edit": ("edit products, variants and prices", (_A, _M)),
        "products.archive": ("archive products", (_A, _M)),
        "products.import": ("import and export the whole catalog", (_A,)),
        "inventory.view": ("see stock levels and movements", (_A, _M, _I)),
        "inventory.reserve": ("reserve stock and release it", (_A, _M)),
        "inventory.receive": ("receive stock, and send it back to suppliers", (_A, _M, _I)),
        "inventory.adjust": ("adjust stock, for a reason", (_A, _M, _I)),
        "inventory.reverse": ("reverse receipts, adjustments and returns to suppliers", (_A, _M)),
        "inventory.transfer": ("see transfers, and move goods from storage to storage", (_A, _M, _I)),
        "purchase_orders.view": ("see purchase orders", (_A, _M, _I)),
        "purchase_orders.edit": ("plan purchase orders, and set reorder points", (_A, _M, _I)),
        "purchase_orders.order": ("order from suppliers, and cancel orders", (_A, _M, _I)),
        "inventory.count": ("count stock", (_A, _M, _I)),
        "inventory.count_review": ("see what is expected while a blind count is open", (_A, _M)),
        "costs.view": ("see costs, margins and profits", (_A, _M, _I)),
        "customers.view": ("see customers, what they bought, owe and have to their credit", (_A, _M)),
        "customers.create": ("register customers", (_A, _M)),
        "customers.edit": ("edit customers and their consents", (_A, _M)),
        "customers.credit": ("give and take store credit, and take payments of dues", (_A, _M)),
        "customers.archive": ("archive customers", (_A,)),
        "customers.merge": ("merge customers who turned out to be one", (_A,)),
        "customers.erase": ("erase what tells who a customer is", (_A,)),
        "customers.export": ("export all that is known of a customer", (_A,)),
        "customer_groups.view": ("see groups of customers", (_A, _M)),
        "customer_groups.create": ("add groups of customers", (_A, _M)),
        "customer_groups.edit": ("edit groups of customers", (_A, _M)),
        "customer_groups.archive": ("archive groups of customers", (_A, _M)),
        "orders.view": ("see every order of one's stores", (_A, _M)),
        "orders.create": ("take orders in the back office", (_A, _M)),
        "orders.edit": ("edit orders that are open", (_A, _M)),
        "orders.pay": ("take payments of orders", (_A, _M)),
        "orders.fulfil": ("hand out what was ordered", (_A, _M, _I)),
        "orders.cancel": ("cancel what was ordered and not handed out", (_A, _M)),
        "orders.on_account": ("sell on account", (_A, _M)),
        "pos.use": ("sell at a till", (_A, _M, _C)),
        "pos.discount": ("give discounts, up to the role's ceiling", (_A, _M, _C)),
        "pos.backdate": ("record sales and movements of stock further back than usual", (_A, _M)),
        "pos.price_override": ("sell at another price than the catalog's", (_A, _M)),
        "pos.exchange": ("exchange goods for others of the same or a higher value", (_A, _M, _C)),
        "pos.approve": ("approve what a cashier may not do alone", (_A, _M)),
        "shifts.use": (
            "open shifts and move cash at the tills of one's stores, end and close one's own",
            (_A, _M, _C),
        ),
        "shifts.view": ("see all shifts of one's stores", (_A, _M)),
        "shifts.close_any": ("close another's shift, and count one again", (_A, _M)),
        "shifts.view_expected": ("see what a drawer should hold where counts are blind", (_A, _M)),
        "orders.refund": ("refund orders of one's stores", (_A, _M)),
        "orders.refund_other_method": ("refund in another way than was paid", (_A, _M)),
        "orders.return_unlinked": ("take goods back without their order", (_A, _M)),
        "orders.void": ("take back a sale of the open shift", (_A, _M)),
        "sync.resolve": ("settle what an offline till did and could not be recorded", (_A, _M)),
        "cashier.orders": ("see one's own sales", (_A, _M, _C)),
        "dashboard.view": ("see the company's dashboard", (_A, _M)),
        "reports.sales.view": ("see sales reports", (_A, _M)),
        "reports.inventory.view": ("see inventory reports", (_A, _M, _I)),
        "reports.financial.view": ("see financial reports", (_A, _M)),
        "analytics.view": ("see what is bought together", (_A, _M)),
        "report_schedules.view": ("see schedules of reports", (_A, _M)),
        "report_schedules.create": ("have files of reports made again and again", (_A, _M)),
        "report_schedules.edit": ("edit schedules of reports", (_A, _M)),
        "report_schedules.archive": ("archive schedules of reports", (_A, _M)),
        "fiscal.view": ("see the closed days, months and years of one's stores", (_A, _M)),
        "audit.view": ("see who did what and when", (SUPER_ADMIN, _A)),
        "audit.seal": ("seal the log", (_A,)),
        "audit.what_if": ("have past sales decided again with other prices, taxes or rounding", (_A,)),
        "audit.export": ("export the log whole", (_A,)),
        "webhooks.view": ("see webhooks and what they were sent", (SUPER_ADMIN, _A)),
        "webhooks.create": ("have servers be told of events", (SUPER_ADMIN, _A)),
        "webhooks.edit": (
            "edit, disable, replay and test webhooks, and change their secrets",
            (SUPER_ADMIN, _A),
        ),
        "webhooks.archive": ("archive webhooks", (SUPER_ADMIN, _A)),
        "feed.view": ("follow the log from outside", (_A,)),
        "platform.dashboard": ("see the figures of the whole platform", (SUPER_ADMIN,)),
        "projections.view": ("see how read models stand", (SUPER_ADMIN,)),
        "logs.view": ("see what the processes of the service logged", (SUPER_ADMIN,)),
        "events.retry": ("settle events that read models cannot apply", (SUPER_ADMIN,)),
        "projections.rebuild": ("make read models anew, check them, let them rest", (SUPER_ADMIN,)),
    }
)

ROLES = (SUPER_ADMIN, ADMIN, MANAGER, CASHIER, CLERK)
_KEYS_BY_ROLE = {
    role: frozenset(key for key, (_, roles) in PERMISSIONS.items() if role in roles) for role in ROLES
}


def permissions_of(role: str, granted: Iterable[str] = (), denied: Iterable[str] = ()) -> frozenset[str]:
    """The keys a role holds by default, with those granted and without those denied to one user.

    An unknown role holds none; what is both granted and denied is denied.
    """
    own = _KEYS_BY_ROLE.get(role, frozenset())
    return (own | frozenset(granted)) - frozenset(denied) if granted or denied else own
