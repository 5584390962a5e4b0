"""What is answered of users: who they are, what they may do, and where they are signed in."""

from typing import Annotated, Literal

from api.answers import Answer, CreatedAt, Email, Id, Meaning, Moment, OwnId, UpdatedAt, Version

Username = Annotated[str, Meaning("The name to sign in with.", "admin@demo.local")]
UserEmail = Annotated[Email | None, Meaning("E-mail address.")]
IsActive = Annotated[bool, Meaning("Whether the user may sign in.", example=True)]
RoleId = Annotated[str, Meaning("The role, by its id.", "manager")]
LastLogin = Annotated[Moment | None, Meaning("When the user signed in last; null for never.")]
Granted = Annotated[list[str], Meaning("Permissions beside those of the role.", ["orders.view"])]
Denied = Annotated[list[str], Meaning("Permissions of the role that the user lacks.", ["pos.price_override"])]
ActionKey = Annotated[str, Meaning("A permission.", "products.view")]
ResourceName = Annotated[str, Meaning("With what something is done.", "products")]
Source = Literal["role", "granted", "denied", "none"]
PermissionText = Annotated[str, Meaning("What it allows.", "see the catalog")]


class RoleNameAnswer(Answer):
    """A role by its name."""

    id: Annotated[str, Meaning("Its id, as in `role_id`.", "manager")]
    name: Annotated[str, Meaning("What it is called.", "Manager")]


class StoreNameAnswer(Answer):
    """A store by its name."""

    id: Annotated[Id, Meaning("By which other calls name it as `store_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Harbour")]
    code: Annotated[str, Meaning("A short code of its own.", "MAIN")]


class UserDetailAnswer(Answer):
    """A user as those see them who manage users; never with a password or a token."""

    id: OwnId
    username: Username
    email: UserEmail
    is_active: IsActive
    status: Annotated[Literal["active", "inactive", "archived"], Meaning("Where it stands in its life.")]
    role_id: RoleId
    role: Annotated[
        RoleNameAnswer,
        Meaning("The set of permissions to begin with; single ones are granted or denied beside it."),
    ]
    store_ids: Annotated[list[Id], Meaning("The stores the user is bound to; none means all.", [])]
    stores: Annotated[list[StoreNameAnswer], Meaning("The stores the user works in; none means all.", [])]
    granted: Granted
    denied: Denied
    last_login: LastLogin
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt


class SessionAnswer(Answer):
    """A place where a user is signed in; never with a token."""

    id: Annotated[Id, Meaning("By which it can be ended.")]
    created_at: Annotated[Moment, Meaning("When the user signed in.")]
    last_used_at: Annotated[Moment, Meaning("When it was refreshed last.")]
    expires_at: Annotated[Moment, Meaning("When it ends unless it is refreshed.")]
    address: Annotated[str | None, Meaning("The network address it is used from.", "192.0.2.7")]
    user_agent: Annotated[str | None, Meaning("What the program there calls itself.", "Mozilla/5.0")]
    current: Annotated[bool, Meaning("Whether it is the one this is asked in.", example=False)]


class RoleAnswer(RoleNameAnswer):
    """A role, and the keys it holds by default."""

    description: Annotated[str, Meaning("What it is for.", "Sells at a till.")]
    permissions: Annotated[list[str], Meaning("The keys it holds by default.", ["cashier.orders", "pos.use"])]


class PermissionDetailAnswer(Answer):
    """A permission, and the roles that hold it by default."""

    action_key: ActionKey
    resource: ResourceName
    action: Annotated[str, Meaning("What is done with it.", "view")]
    description: PermissionText
    roles: Annotated[list[str], Meaning("The roles that hold it by default.", ["Admin", "Manager"])]


class UserPermissionAnswer(Answer):
    """Whether a user holds a permission, and why: by the role, granted, denied, or none of these."""

    action_key: ActionKey
    resource: ResourceName
    description: PermissionText
    allowed: Annotated[bool, Meaning("Whether the user may do it.", example=True)]
    source: Annotated[Source, Meaning("Why.")]


class UserPermissionsAnswer(Answer):
    """Every permission there is, and what a user has of them."""

    role_id: RoleId
    permissions: Annotated[list[UserPermissionAnswer], Meaning("Every permission there is.")]
    granted: Granted
    denied: Denied
    version: Annotated[int, Meaning("The version of the user; the `ETag`.", 1)]
