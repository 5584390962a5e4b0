"""What is asked about clones."""

from api.answers import meanings_of
from api.companies.answers import CompanyAnswer
from api.companies.input import AdminBody
from api.fields import Body, Flag, Moment, Name, Object, OwnId

_COMPANY = meanings_of(CompanyAnswer)


class CloneBody(Body):
    """A company that is to be made of another one's log."""

    id = OwnId(meaning="The id of the job, and of the company that it makes; you may choose it yourself.")
    name = Name(required=True, **_COMPANY["name"])
    as_of = Moment(
        allow_none=True,
        load_default=None,
        meaning="As it was recorded by this time; else as it is.",
    )
    personal = Flag(
        load_default=False,
        meaning="Whether all that is known of persons comes along, sealed anew; else each is a number.",
        example=False,
    )
    admin = Object(
        AdminBody(),
        allow_none=True,
        load_default=None,
        meaning="Who is to manage it. Nobody of the company itself can sign in there.",
    )
