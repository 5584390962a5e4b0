"""By what a repeated request is known to be the same."""

from commands.outcomes import IdempotencyKey


class TestIdempotencyKey:
    def test_is_of_a_request_with_the_same_parts(self) -> None:
        key = IdempotencyKey.of("once", b"caller", b"POST")
        assert key.is_of(IdempotencyKey.of("once", b"caller", b"POST").fingerprint)
        assert not key.is_of(IdempotencyKey.of("once", b"caller", b"PUT").fingerprint)

    def test_does_not_take_two_parts_for_one(self) -> None:
        key = IdempotencyKey.of("once", b"ab", b"c")
        assert not key.is_of(IdempotencyKey.of("once", b"a", b"bc").fingerprint)

    def test_made_under_a_former_key_is_still_known(self) -> None:
        earlier = IdempotencyKey.of("once", b"caller", peppers=[b"old"]).fingerprint
        assert IdempotencyKey.of("once", b"caller", peppers=[b"new", b"old"]).is_of(earlier)
        assert not IdempotencyKey.of("once", b"caller", peppers=[b"new"]).is_of(earlier)
