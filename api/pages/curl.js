// A request as a command line. Everything is between single quotes, in which a shell leaves all as it is; the
// token is a variable, so that no copied command carries one.

/** A text as one word of a POSIX shell. */
export const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The command for `{method, url, headers, body | file | form, fields}`; `signed` adds the token. */
export function curl({ method, url, headers = {}, body, file, form = {}, fields = {}, signed }) {
  const verb = method === "GET" ? "" : `-X ${method} `;
  const parts = [`curl ${verb}${quoted(url)}`];
  if (signed) parts.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  // `-d` would read a file where a body begins with @.
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`);
  if (file !== undefined) parts.push(`--data-binary ${quoted(`@${file}`)}`);
  for (const [name, value] of Object.entries(fields)) parts.push(`--form-string ${quoted(`${name}=${value}`)}`);
  for (const [name, value] of Object.entries(form)) parts.push(`-F ${quoted(`${name}=@"${escaped(value)}"`)}`);
  return parts.join(" \\\n  ");
}

/** The name of a file within the double quotes of a form's field, as curl reads them. */
const escaped = (name) => name.replaceAll("\\", "\\\\").replaceAll('"', String.raw`\"`);
