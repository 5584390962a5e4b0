"""Groups of customers in the API."""

from api.fields import Name
from api.settings import Declaration
from domain.customer_groups import CustomerGroup

CUSTOMER_GROUPS = Declaration(
    kind=CustomerGroup,
    path="/api/admin/customer-groups",
    permission="customer_groups",
    fields={"name": Name(required=True, meaning="What it is called.", example="Friends")},
)
