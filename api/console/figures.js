// Money, numbers and times as people write them where the browser is; times also by the clock of a store.

const exponents = new Map();

/** Tells how amounts in minor units of a currency are written; how many decimals it has the API knows. */
export async function moneyOf(client, currency) {
  if (!exponents.has(currency)) {
    const { data } = await client.ask("/api/lookups/currencies", { query: { search: currency, limit: 5 } });
    const found = data.find((one) => one.id === currency || one.label.startsWith(currency));
    if (found?.exponent === undefined) return (amount) => `${amount.toLocaleString()} (minor units of ${currency})`;
    exponents.set(currency, found.exponent);
  }
  const digits = exponents.get(currency);
  const style = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(undefined, style);
  return (amount) => format.format(amount / 10 ** digits);
}

export const count = (number) => Number(number).toLocaleString();

/** A ratio such as 0.0345 with its sign, as a percentage. */
export const change = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });

const clocks = new Map();

/** How times of day, days and dates are written by the clock of a time zone, without one by the browser's. */
function clockOf(timeZone) {
  if (!clocks.has(timeZone)) {
    const written = (style) => new Intl.DateTimeFormat(undefined, { ...style, timeZone });
    clocks.set(timeZone, {
      time: written({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
      day: written({ month: "short", day: "numeric" }),
      date: written({ dateStyle: "medium" }),
      year: written({ year: "numeric" }),
    });
  }
  return clocks.get(timeZone);
}

/** A time of today by the clock, any other with its day, and of another year with that. */
export function moment(text, timeZone) {
  const at = new Date(text), now = new Date(), clock = clockOf(timeZone);
  if (clock.date.format(at) === clock.date.format(now)) return clock.time.format(at);
  const isThisYear = clock.year.format(at) === clock.year.format(now);
  return `${(isThisYear ? clock.day : clock.date).format(at)}, ${clock.time.format(at)}`;
}

/** A duration in seconds, as short as it can be said. */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
