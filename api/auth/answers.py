"""What is answered to who signs in: who they are, what they may do, and the tokens to carry."""

from typing import Annotated, Literal

from api.answers import Answer, Clock, Currency, Email, Id, Meaning, Moment, OwnId
from api.users.answers import (
    ActionKey,
    IsActive,
    LastLogin,
    RoleId,
    RoleNameAnswer,
    StoreNameAnswer,
    UserEmail,
    Username,
)


class CompanyNameAnswer(Answer):
    """A company by its name."""

    id: Annotated[Id, Meaning("Whose user it is.")]
    name: Annotated[str, Meaning("What it is called.", "Corner Shop")]
    email: Annotated[Email | None, Meaning("E-mail address.")]


class UserAnswer(Answer):
    """A user."""

    id: OwnId
    username: Username
    email: UserEmail
    is_active: IsActive
    last_login: LastLogin
    role_id: RoleId
    role: Annotated[
        RoleNameAnswer,
        Meaning(
            "The set of permissions to begin with; `permissions` has what was granted or denied beside it."
        ),
    ]
    company: Annotated[
        CompanyNameAnswer | None, Meaning("The user's company; null for people of the platform.")
    ]
    stores: Annotated[list[StoreNameAnswer], Meaning("The stores the user works in.", [])]


class PermissionAnswer(Answer):
    """One thing a user may do."""

    action_key: ActionKey


Permissions = Annotated[list[PermissionAnswer], Meaning("What the user may do.")]
Access = Annotated[
    dict[str, list[str]],
    Meaning("The same permissions by resource.", {"products": ["create", "edit", "view"]}),
]


class MeAnswer(Answer):
    """Who one is, and what one may do."""

    user: Annotated[UserAnswer, Meaning("Whose token it is.")]
    company: Annotated[
        CompanyNameAnswer | None, Meaning("The user's company; null for people of the platform.")
    ]
    permissions: Permissions
    access: Access


class LoginAnswer(Answer):
    """The tokens to carry from now on; `expires_in` is in seconds."""

    user: Annotated[UserAnswer, Meaning("Who signed in.")]
    token: Annotated[
        str, Meaning("The access token, for the `Authorization` header.", "eyJhbGciOiJIUzI1NiJ9…")
    ]
    refresh_token: Annotated[str, Meaning("Gets new tokens, once.", "q8Jr3vTn…")]
    expires_in: Annotated[int, Meaning("Seconds until the access token expires.", 900)]
    permissions: Permissions
    access: Access


class TillStoreAnswer(Answer):
    """A store, as a till needs it."""

    id: Annotated[Id, Meaning("By which other calls name it as `store_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Harbour")]
    code: Annotated[str, Meaning("A short code of its own.", "MAIN")]
    address: Annotated[str | None, Meaning("Postal address.", "12 Harbour Street")]
    phone: Annotated[str | None, Meaning("Telephone number.", "+1 555 0100")]
    timezone: Annotated[str, Meaning("A time zone of the IANA database.", "Europe/Berlin")]
    day_cut: Annotated[Clock, Meaning("When the business day begins, HH:MM by the store's clock.")]
    currency: Currency
    receipt_header: Annotated[str | None, Meaning("Printed above each receipt.", "Welcome!")]
    receipt_footer: Annotated[str | None, Meaning("Printed below each receipt.", "Thank you.")]
    default_storage_id: Annotated[Id | None, Meaning("The storage its sales are taken from.")]


class TillRegisterAnswer(Answer):
    """A register of a store one works in."""

    id: Annotated[Id, Meaning("By which sales name it as `register_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Till 1")]
    code: Annotated[str, Meaning("A short code of its own.", "T1")]
    store_id: Annotated[Id, Meaning("Where the till stands.")]


class OwnShiftAnswer(Answer):
    """A shift that one opened and nobody has closed."""

    id: Annotated[Id, Meaning("By which other calls name it as `shift_id`.")]
    register_id: Annotated[Id, Meaning("The till whose drawer is open.")]
    store_id: Annotated[Id, Meaning("The register's store.")]
    status: Annotated[
        Literal["open", "counting"], Meaning("Where it stands; nothing is sold in one that is being counted.")
    ]
    opened_at: Annotated[Moment, Meaning("When it was opened.")]


class TillLoginAnswer(LoginAnswer):
    """The same, with the store to sell in, the registers to choose from, and the shift to go on with."""

    store: Annotated[
        TillStoreAnswer | None, Meaning("The store to sell in: the user's, of several the first by name.")
    ]
    registers: Annotated[list[TillRegisterAnswer], Meaning("The registers of the user's stores.")]
    open_shift: Annotated[
        OwnShiftAnswer | None, Meaning("The shift the user opened and nobody has closed, if there is one.")
    ]
