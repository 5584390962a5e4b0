"""What is bought together, counted by Apache Spark over exported facts of lines.

The same definitions as `projections/market_basket`, for what is too much for one machine. This file stands
alone, so that it can be handed to a cluster as it is: `spark-submit market_basket.py --help`.
"""

# ruff: noqa: PLC0415 - PySpark is there only where somebody counts with it

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: By what baskets are told: variants, or what these belonged to when they were sold.
Level = Literal["variant", "product", "category", "brand"]
LEVELS: tuple[Level, ...] = get_args(Level)

#: What is counted: a row for each thing, where `second` and `second_baskets` are empty and `together` is its
#: own count, and for each pair. `baskets` is how many there are in all.
COLUMNS = ("first", "second", "together", "first_baskets", "second_baskets", "baskets")


@dataclass(frozen=True, kw_only=True)
class CountRequest:
    """What to count: by which level, from how many baskets on; of which dates and stores, if not of all."""

    level: Level = "product"
    at_least: int = 5
    from_date: date | None = None
    to_date: date | None = None
    stores: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PairCounts:
    """How many baskets there are, and the rows of COLUMNS."""

    baskets: int
    rows: "DataFrame"


def local_session(*, memory: str = "2g", partitions: int = 8) -> "SparkSession":
    """Spark within this process and on this machine alone; `partitions` is into how many parts it sorts."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": memory,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": str(sys.stderr.isatty()).lower(),
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.appName("mipos facts baskets").master("local[*]")
    return builder.config(map=settings).getOrCreate()


def count_baskets(spark: "SparkSession", folder: str, request: CountRequest) -> PairCounts:
    """Count the baskets in the files of an export, what is in them, and what is in them together."""
    slots = slots_of(spark.read.parquet(folder), request).cache()
    baskets = slots.select("basket").distinct().count()
    things = things_in(slots, request.at_least).cache()
    return PairCounts(baskets=baskets, rows=_rows(things, pairs_in(slots, things, request.at_least), baskets))


def slots_of(lines: "DataFrame", request: CountRequest) -> "DataFrame":
    """What is in which `basket`: its `thing` of the level, or null, and the first `item_no` that it is.

    A basket is named by the position of its sale, whose date and store it keeps, and has what was sold there
    or handed over later of the same order. A variant has left it when no more of it was sold, in all lines of
    the order, than has come back; a void takes all of it back. A variant stands for what it was at the sale,
    and one that joined later for what it was at the last handover.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    of_variant = Window.partitionBy("sale_position", "variant_id")
    is_sold = f.col("quantity") > 0
    place = f.struct((f.col("position") == f.col("sale_position")).alias("at_sale"), "position", "item_no")
    known = _chosen(lines, request).select(
        f.col("sale_position").alias("basket"),
        f.col(f"{request.level}_id").alias("thing"),
        "item_no",
        is_sold.alias("is_sold"),
        place.alias("place"),
        f.sum(f.col("quantity") - f.col("returned_quantity")).over(of_variant).alias("left"),
        f.max(f.when(is_sold, place)).over(of_variant).alias("last"),
    )
    stands = f.col("place.at_sale") | (f.col("place") == f.col("last"))
    return (
        known.where(f.col("is_sold") & (f.col("left") > 0) & stands)
        .groupBy("basket", "thing")
        .agg(f.min("item_no").alias("item_no"))
    )


def _chosen(lines: "DataFrame", request: CountRequest) -> "DataFrame":
    """The lines of the baskets that are asked about: those of their sales, and whatever followed on these."""
    from pyspark.sql import functions as f

    # What came back without an order is of no sale.
    own = lines.where(f.col("sale_position").isNotNull())
    if request.from_date:
        own = own.where(f.col("sale_date") >= request.from_date)
    if request.to_date:
        own = own.where(f.col("sale_date") <= request.to_date)
    return own.where(f.col("sale_store_id").isin(*request.stores)) if request.stores else own


def things_in(slots: "DataFrame", at_least: int) -> "DataFrame":
    """Each `thing` that so many baskets have, in how many (`baskets`), and a `no` for it.

    The lowest number of the items that it is is no other thing's, and joins are quicker by numbers.
    """
    from pyspark.sql import functions as f

    counts = (f.count("*").alias("baskets"), f.min("item_no").alias("no"))
    things = slots.where(f.col("thing").isNotNull()).groupBy("thing").agg(*counts)
    return things.where(f.col("baskets") >= at_least)


def pairs_in(slots: "DataFrame", things: "DataFrame", at_least: int) -> "DataFrame":
    """The pairs of things that so many baskets have, by their numbers, and how many that are (`together`)."""
    from pyspark.sql import functions as f

    numbered = slots.join(things, "thing").select("basket", "no")
    one = numbered.withColumnRenamed("no", "first")
    other = numbered.withColumnRenamed("no", "second")
    both = one.join(other, "basket").where(f.col("first") < f.col("second"))
    pairs = both.groupBy("first", "second").agg(f.count("*").alias("together"))
    return pairs.where(f.col("together") >= at_least)


def _rows(things: "DataFrame", pairs: "DataFrame", baskets: int) -> "DataFrame":
    from pyspark.sql import functions as f

    alone = things.select(
        f.col("thing").alias("first"),
        f.lit(None).cast("string").alias("second"),
        f.col("baskets").alias("together"),
        f.col("baskets").alias("first_baskets"),
        f.lit(None).cast("long").alias("second_baskets"),
    )
    one, other = things.alias("one"), things.alias("other")
    named = (
        pairs.alias("pair")
        .join(one, f.col("one.no") == f.col("pair.first"))
        .join(other, f.col("other.no") == f.col("pair.second"))
    )
    together = named.select(
        f.col("one.thing").alias("first"),
        f.col("other.thing").alias("second"),
        "together",
        f.col("one.baskets").alias("first_baskets"),
        f.col("other.baskets").alias("second_baskets"),
    )
    return alone.unionByName(together).withColumn("baskets", f.lit(baskets).cast("long"))


def write_counts(counted: PairCounts, out: str) -> None:
    """Write the rows: one file of this machine if the name ends in `.csv`, else a folder of Parquet.

    A folder may be wherever the cluster can write. Fails where something of the name is there already.
    """
    if not out.endswith(".csv"):
        counted.rows.write.parquet(out)
        return
    with Path(out).open("x", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(counted.rows.orderBy("first", "second").toLocalIterator())


def main(arguments: Sequence[str] | None = None) -> None:
    """Count on the cluster that `spark-submit` was given."""
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser(description="Count what is bought together, by Apache Spark.")
    parser.add_argument("folder", help="the files of `mipos facts export`, wherever the cluster can read")
    parser.add_argument("--out", required=True, help="a folder for Parquet, or a .csv on this machine")
    parser.add_argument("--level", choices=LEVELS, default=CountRequest.level)
    parser.add_argument(
        "--min-support-count", type=int, default=CountRequest.at_least, help="in how many baskets"
    )
    parser.add_argument("--from", dest="first", type=date.fromisoformat)
    parser.add_argument("--to", dest="last", type=date.fromisoformat)
    parser.add_argument("--store", dest="stores", action="append", default=[], help="the id of a store")
    given = parser.parse_args(arguments)
    request = CountRequest(
        level=given.level,
        at_least=given.min_support_count,
        from_date=given.first,
        to_date=given.last,
        stores=tuple(given.stores),
    )
    write_counts(count_baskets(SparkSession.builder.getOrCreate(), given.folder, request), given.out)


if __name__ == "__main__":
    main()
