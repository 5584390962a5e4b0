"""The registers of a store in the API."""

from api.fields import Code, Flag, Name
from api.settings import Declaration
from domain.registers import Register

REGISTERS = Declaration(
    kind=Register,
    path="/api/admin/stores/{store_id:uuid}/registers",
    permission="stores",
    owner="store_id",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Till 9"),
        "code": Code(required=True, meaning="A short code of its own.", example="T9"),
        "has_drawer": Flag(load_default=True, meaning="Whether it has a drawer for cash.", example=True),
    },
)
