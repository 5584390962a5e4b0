"""Access tokens: only ours, only now, only for this."""

import base64
import json
import time
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from commands.access import TokenExpired, Unauthenticated, UnknownToken
from commands.ports import Caller
from domain.permissions import permissions_of
from infra.identity.refresh_tokens import RefreshToken, pepper_of
from infra.identity.tokens import Tokens, key_id

SECRET = "a secret that is only good for tests, and long enough for each of the algorithms"
OUR_KEY = key_id(SECRET)
OTHER = "some other secret that is long enough for tests, too"


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "mipos",
        "aud": "mipos-api",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": str(uuid4()),
        "sub": str(uuid4()),
        "cid": str(uuid4()),
        "sid": str(uuid4()),
        "role": "Cashier",
        "rights": 1,
        "stores": [],
        **more,
    }


def signed(
    content: dict[str, Any], secret: Any = SECRET, algorithm: str = "HS256", kid: Any = OUR_KEY
) -> str:
    return jwt.api_jws.encode(json.dumps(content).encode(), secret, algorithm, {"kid": kid})


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SECRET, 600)


def a_caller() -> Caller:
    return Caller(
        company_id=uuid4(),
        user_id=uuid4(),
        session_id=uuid4(),
        role="Manager",
        store_ids=(uuid4(), uuid4()),
        rights_version=7,
    )


class TestOurOwn:
    def test_say_who_carries_them(self, tokens: Tokens) -> None:
        caller = a_caller()
        read = tokens.caller_of(tokens.issue(caller, granted=["audit.view"], denied=["pos.use"]))
        assert (read.company_id, read.user_id, read.session_id) == (
            caller.company_id,
            caller.user_id,
            caller.session_id,
        )
        assert (read.role, read.store_ids, read.rights_version) == ("Manager", caller.store_ids, 7)
        assert read.permissions == permissions_of("Manager", ["audit.view"], ["pos.use"])

    def test_end_with_their_time_though_they_are_remembered(
        self, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = tokens.issue(a_caller())
        tokens.caller_of(token)
        monkeypatch.setattr("infra.identity.tokens.time", SimpleNamespace(time=lambda: time.time() + 601))
        with pytest.raises(TokenExpired):
            tokens.caller_of(token)

    @pytest.mark.parametrize("ahead", [-59, 59])
    def test_are_read_by_a_clock_that_is_a_minute_off(self, tokens: Tokens, ahead: int) -> None:
        assert tokens.caller_of(tokens.issue(a_caller(), now=time.time() + ahead)).role == "Manager"

    def test_are_not_read_by_one_that_is_further_behind(self, tokens: Tokens) -> None:
        with pytest.raises(Unauthenticated) as refusal:
            tokens.caller_of(tokens.issue(a_caller(), now=time.time() + 65))
        assert refusal.type is UnknownToken

    @pytest.mark.parametrize("claim", ["iat", "nbf"])
    def test_each_of_their_times_may_be_a_minute_ahead(self, tokens: Tokens, claim: str) -> None:
        now = int(time.time())
        assert tokens.caller_of(signed(claims(**{claim: now + 55}))).role == "Cashier"
        with pytest.raises(Unauthenticated):
            tokens.caller_of(signed(claims(**{claim: now + 65})))

    def test_end_at_their_time_by_every_clock(self, tokens: Tokens) -> None:
        with pytest.raises(TokenExpired):
            tokens.caller_of(signed(claims(exp=int(time.time()) - 1)))

    def test_are_remembered_up_to_a_number(self, tokens: Tokens) -> None:
        tokens.REMEMBERED = 3
        for _ in range(10):
            tokens.caller_of(tokens.issue(a_caller()))
        assert len(tokens._callers) == 3


class TestForgeries:
    def refused(self, tokens: Tokens, token: str) -> None:
        with pytest.raises(Unauthenticated) as refusal:
            tokens.caller_of(token)
        assert not isinstance(refusal.value, TokenExpired)

    def test_the_real_one_is_good(self, tokens: Tokens) -> None:
        tokens.caller_of(signed(claims()))

    def test_without_a_signature(self, tokens: Tokens) -> None:
        real = signed(claims())
        head, body, _ = real.split(".")
        self.refused(tokens, jwt.encode(claims(), "", "none", headers={"kid": OUR_KEY}))
        self.refused(tokens, f"{head}.{body}.")
        self.refused(tokens, f"{head}.{body}")

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    def test_with_another_algorithm(self, tokens: Tokens, algorithm: str) -> None:
        self.refused(tokens, signed(claims(), algorithm=algorithm))

    @pytest.mark.parametrize("algorithm", ["RS256", "ES256", "none", "None", "NONE", "", None, 1, ["HS256"]])
    def test_whose_header_names_another_algorithm_than_it_is_signed_with(
        self, tokens: Tokens, algorithm: Any
    ) -> None:
        _, body, _ = signed(claims()).split(".")
        header = encoded({"alg": algorithm, "typ": "JWT", "kid": OUR_KEY})
        algorithms = jwt.get_algorithm_by_name("HS256")
        signature = algorithms.sign(f"{header}.{body}".encode(), SECRET.encode())
        self.refused(tokens, f"{header}.{body}.{plain(signature)}")

    def test_with_an_unknown_key(self, tokens: Tokens) -> None:
        self.refused(tokens, signed(claims(), kid="unknown"))
        self.refused(tokens, signed(claims(), OTHER))
        self.refused(tokens, signed(claims(), OTHER, kid=key_id(OTHER)))

    def test_that_name_no_key(self, tokens: Tokens) -> None:
        self.refused(tokens, jwt.encode(claims(), SECRET, "HS256"))
        for kid in ("", "../../../dev/null", "' OR 1 = 1 --"):
            self.refused(tokens, signed(claims(), kid=kid))

    def test_that_bring_their_own_key(self, tokens: Tokens) -> None:
        own = {"kid": OUR_KEY, "jwk": {"kty": "oct", "k": plain(OTHER.encode())}, "jku": "http://evil"}
        self.refused(tokens, jwt.encode(claims(), OTHER, "HS256", headers=own))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"aud": "others"},
            {"aud": None},
            {"iss": "others"},
            {"iss": ["mipos", "others"]},
            # 2096 is late enough to be a time that has not come.
            {"nbf": 4_000_000_000},
            {"nbf": "soon"},
            {"exp": "soon"},
            {"exp": None},
            {"sub": "x"},
            {"sub": 1},
            {"cid": None},
            {"cid": []},
            {"sid": "0"},
            {"role": ["Admin"]},
            {"role": {"Admin": 1}},
            {"rights": "many"},
            {"rights": None},
            {"stores": "x"},
            {"stores": [1]},
            {"granted": 1},
        ],
        ids=str,
    )
    def test_with_a_wrong_claim(self, tokens: Tokens, wrong: dict[str, Any]) -> None:
        self.refused(tokens, signed(claims(**wrong)))

    @pytest.mark.parametrize(
        "name", ["iss", "aud", "exp", "nbf", "jti", "sub", "cid", "sid", "role", "rights"]
    )
    def test_without_a_claim(self, tokens: Tokens, name: str) -> None:
        content = claims()
        del content[name]
        self.refused(tokens, signed(content))

    def test_that_were_changed(self, tokens: Tokens) -> None:
        content = claims()
        head, _, signature = signed(content).split(".")
        self.refused(tokens, f"{head}.{encoded({**content, 'role': 'Super Admin'})}.{signature}")
        self.refused(tokens, signed(content) + "x")

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "Ä", "." * 10, "x" * 4000, "e30.e30.e30", "\x00"])
    def test_that_are_no_tokens(self, tokens: Tokens, text: str) -> None:
        self.refused(tokens, text)

    def test_that_are_old(self, tokens: Tokens) -> None:
        with pytest.raises(TokenExpired):
            tokens.caller_of(signed(claims(exp=int(time.time()) - 1)))


class TestChangingTheKey:
    def test_tokens_of_a_former_key_are_good_while_it_is_named(self) -> None:
        old = Tokens(SECRET, 600).issue(a_caller())
        assert Tokens(OTHER, 600, [SECRET]).caller_of(old).role == "Manager"
        with pytest.raises(Unauthenticated):
            Tokens(OTHER, 600).caller_of(old)

    def test_new_tokens_are_signed_with_the_new_key(self) -> None:
        new = Tokens(OTHER, 600, [SECRET]).issue(a_caller())
        assert Tokens(OTHER, 600).caller_of(new).role == "Manager"
        with pytest.raises(Unauthenticated):
            Tokens(SECRET, 600).caller_of(new)

    def test_the_name_of_a_key_gives_nothing_of_it_away(self) -> None:
        assert key_id(SECRET) not in SECRET
        assert key_id(SECRET) != key_id(OTHER)


class TestRefreshTokens:
    PEPPERS = (pepper_of(SECRET), pepper_of(OTHER))

    def new_token(self) -> tuple[RefreshToken, str]:
        token = RefreshToken.fresh(uuid4(), uuid4())
        return token, token.write(self.PEPPERS[0])

    def test_are_read_as_they_were_written(self) -> None:
        token, text = self.new_token()
        assert RefreshToken.read(text, self.PEPPERS) == token
        assert RefreshToken.read(text, self.PEPPERS[::-1]) == token
        assert RefreshToken.read(text, self.PEPPERS[1:]) is None

    def test_that_were_made_up_are_known_without_asking(self) -> None:
        token, text = self.new_token()
        company, session, secret = text.split(".")
        for wrong in (
            "",
            ".",
            "..",
            "a.b.c",
            f"{company}.{session}",
            f"{company}.{session}.",
            f"{UUID(int=1).hex}.{session}.{secret}",
            f"{company}.{UUID(int=1).hex}.{secret}",
            f"{company}.{session}.{('y' if secret[0] == 'x' else 'x') + secret[1:]}",
            f"{company}.{session}.{secret[:-1]}",
            f"{company}.{session}.{secret[:-22]}",
            f"{company}.{session}.{secret[:-2]}äö",
            f"{company}.{session}.{token.secret}{'A' * 22}",
            f"{text} ",
        ):
            assert RefreshToken.read(wrong, self.PEPPERS) is None, wrong


def plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(content: Any) -> str:
    return plain(json.dumps(content).encode())
