// Whether sessions can be opened: the socket of the guard is the last thing that it makes.
import { lstatSync } from 'node:fs';

try {
  process.exitCode = lstatSync('/run/sallyport/session.sock').isSocket() ? 0 : 1;
} catch {
  process.exitCode = 1;
}
