"""What is asked of the feed."""

from api.fields import Body, Text, Whole

#: How long a request may wait for news, in seconds, and how many events it may answer.
LONGEST_WAIT, MOST_EVENTS = 30, 1_000


class FeedQuery(Body):
    """Which stretch of the log, and how long to wait for it."""

    after = Whole(least=0, most=2**62, load_default=0, meaning="Your cursor: the `next_after` you got last.")
    limit = Whole(
        least=1, most=MOST_EVENTS, load_default=100, meaning="How many events at most.", example=1000
    )
    types = Text(
        shortest=1,
        longest=8_000,
        meaning="Only these types of events, divided by commas: by name (`orders.Order.Sold`), or all whose "
        "names begin so (`orders.Order.*`, `orders.*`).",
        example="orders.*,customers.Customer.Erased",
    )
    wait = Whole(
        least=0,
        most=LONGEST_WAIT,
        load_default=0,
        meaning="For how many seconds to wait where there is nothing behind the cursor yet.",
        example=30,
    )
    epoch = Text(
        shortest=1,
        longest=40,
        meaning="The epoch your cursor is of: the `X-Log-Epoch` you got with it. Without one, a log that was "
        "restored and has grown beyond your cursor since goes unnoticed.",
        example="3f9c2a71",
    )
