"""What the epochs of a log say of its positions."""

from projections.log_epochs import LogEpochs

#: Begun; restored at 100, after which it grew to 180; restored from a backup of then, at 150.
EPOCHS = LogEpochs([("first", 0), ("second", 100), ("third", 150)])


def test_the_last_is_the_present_one() -> None:
    assert EPOCHS.present == "third"


def test_an_event_keeps_the_epoch_it_was_recorded_in() -> None:
    ids = [EPOCHS.id_of(position) for position in (1, 100, 101, 150, 151, 9000)]
    assert ids == ["first-1", "first-100", "second-101", "second-150", "third-151", "third-9000"]


def test_an_epoch_shares_what_every_later_restore_had() -> None:
    assert EPOCHS.shared_with("second", 400) == 150
    assert EPOCHS.shared_with("first", 400) == 100
    assert EPOCHS.shared_with("third", 400) == 400


def test_nothing_is_shared_with_one_that_is_not_known_here() -> None:
    assert EPOCHS.shared_with("elsewhere", 400) == 0
    assert EPOCHS.shared_with(None, 400) == 0


def test_nothing_is_shared_beyond_the_end() -> None:
    assert LogEpochs([("first", 0), ("second", 100)]).shared_with("second", 40) == 40


def test_what_was_recorded_before_there_were_epochs_has_one_too() -> None:
    assert LogEpochs([]).present == "0"
    assert LogEpochs([]).id_of(7) == "0-7"
    assert LogEpochs([("second", 100)]).id_of(7) == "0-7"
