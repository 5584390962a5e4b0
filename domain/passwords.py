"""What a password must be: long enough, not among the first that anyone tries, and no user name."""

from typing import Final

from domain.errors import Detail, Invalid
from domain.folding import fold

SHORTEST: Final = 8
LONGEST: Final = 200
FEWEST_KINDS: Final = 4

#: Those of eight or more characters that lists of stolen passwords begin with, and a shop's own first ideas.
_TRIED_FIRST = """
    12345678 123456789 1234567890 0123456789 987654321 9876543210 12345678910 1234567891 123456789a
    1234qwer 123456qwerty 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 qazwsxedc qwer1234 qwertyui
    qwerty12 qwerty123 qwerty1234 qwertyuiop qwertz123 qwertzuiop asdfasdf asdfghjk asdfghjkl zaq12wsx
    zxcvbnm1 zxcvbnm123 a1b2c3d4 aa123456 abcd1234 abc12345 abc123456 abcdefgh abcdefghi abcdef123
    password password1 password12 password123 password1234 password! passw0rd p@ssword p@ssw0rd
    pa55word pass1234 passwort passwort1 passwort123 motdepasse wachtwoord contrasena
    changeme changeme1 changeme123 change_me changeit letmein1 letmein123 welcome1 welcome12
    welcome123 willkommen iloveyou iloveyou1 sunshine sunshine1 princess princess1 football football1
    baseball basketball superman spiderman starwars pokemon1 minecraft computer internet whatever
    trustno1 dragon123 monkey123 shadow123 master123 michelle jennifer samantha liverpool chelsea1
    mustang1 corvette mercedes maverick hello123 hello1234 goodmorning testtest test1234 testing123
    admin123 admin1234 admin12345 administrator root1234 rootroot superadmin superuser
    manager1 manager123 cashier1 cashier123 kassierer1 checkout1 register1 pointofsale
    secret123 topsecret default1 default123 guest123 user1234 username temp1234 temporary
"""
COMMON: Final = frozenset(_TRIED_FIRST.split())


class WeakPassword(Invalid):
    """Choose another password."""


def check_password(password: str, username: str, field: str = "password") -> None:
    """Raise WeakPassword, naming `field`, unless this may be the password of the user of that name."""
    if message := _weakness(password, username):
        raise WeakPassword(details=[Detail(field, "weak_password", message)])


def _weakness(password: str, username: str) -> str | None:
    """What is wrong with it, as a sentence that does not repeat it."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Between {SHORTEST} and {LONGEST} characters."
    if len(set(password)) < FEWEST_KINDS:
        return f"At least {FEWEST_KINDS} different characters."
    plain, name = fold(password.strip()), fold(username.strip())
    if plain in {name, name.partition("@")[0]}:
        return "Not the user name."
    if plain in COMMON:
        return "Not one of the passwords that are tried first."
    return None
