"""Who knocks, and how they are told apart and turned away."""

from commands.signing_in import TooManyRequests, Visitor, neighbourhood_of
from commands.unavailable import OutcomeUnknown, Unavailable


class TestVisitor:
    def test_is_known_by_the_network_of_one_customer(self) -> None:
        assert neighbourhood_of("192.0.2.7") == "192.0.2.7"
        assert (
            neighbourhood_of("2001:db8:1:2:3::4") == neighbourhood_of("2001:db8:1:2:9::1") == "2001:db8:1:2::"
        )
        assert neighbourhood_of("::ffff:192.0.2.7") == "192.0.2.7"
        assert neighbourhood_of(None) == neighbourhood_of("") == "nowhere"

    def test_calls_itself_what_can_be_shown(self) -> None:
        visitor = Visitor.of("192.0.2.7", "till\x00" + "x" * 400, "request")
        assert visitor.user_agent == "till" + "x" * 296
        assert visitor.neighbourhood == "192.0.2.7"

    def test_may_call_itself_nothing(self) -> None:
        assert Visitor.of(None, "\n", None).user_agent is None


def test_whoever_comes_too_often_is_told_when_to_come_back() -> None:
    assert TooManyRequests(30).retry_after == 30


def test_what_became_of_a_request_may_be_unknown() -> None:
    assert isinstance(OutcomeUnknown(), Unavailable)
    assert "Repeat it" in OutcomeUnknown().message
