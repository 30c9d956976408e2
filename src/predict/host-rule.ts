const DOMAIN = 'domain:';

/** Whether the content of a `WebFetch(…)` rule takes in a host. `*.` stands for any labels in front, another `*` for part of one. */
export function matchesHost(content: string, host: string): boolean {
  if (!content.startsWith(DOMAIN)) return false;
  const pattern = content.slice(DOMAIN.length).toLowerCase();
  if (pattern === '*') return true;
  if (pattern.startsWith('*.')) return matchesTail(pattern.slice(2).split('.'), host.split('.'));
  const labels = host.split('.');
  const wanted = pattern.split('.');
  return wanted.length === labels.length && wanted.every((label, index) => matchesLabel(label, labels[index] ?? ''));
}

function matchesTail(wanted: readonly string[], labels: readonly string[]): boolean {
  const tail = labels.slice(labels.length - wanted.length);
  return labels.length > wanted.length && wanted.every((label, index) => matchesLabel(label, tail[index] ?? ''));
}

function matchesLabel(pattern: string, label: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === label;
  if (!label.startsWith(first) || !label.endsWith(last) || label.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = label.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= label.length - last.length;
}
