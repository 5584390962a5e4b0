"""The registers of a store in the API."""

from api.fields import Code, Name
from api.settings import Declaration
from domain.registers import Register

REGISTERS = Declaration(
    kind=Register,
    path="/api/admin/stores/{store_id:uuid}/registers",
    permission="stores",
    owner="store_id",
    fields={"name": Name(required=True), "code": Code(required=True)},
)
