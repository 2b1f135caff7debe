// Lets `npx lastack` in a checkout run the checkout's own command.
import { existsSync, symlinkSync } from 'node:fs';

const BIN = 'node_modules/.bin';
if (existsSync(BIN) && !existsSync(`${BIN}/lastack`)) symlinkSync('../../bin/lastack.js', `${BIN}/lastack`);
