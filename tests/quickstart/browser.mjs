// Opens a page in headless Chromium under the server's own origin, as a console of it will be, and
// prints what its script found.
//
//     node browser.mjs URL SCRIPT
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, script] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
page.on("console", (message) => console.error(message.text()));
page.on("pageerror", (error) => console.error(error.message));
await page.route("**/page", (route) =>
  route.fulfill({ contentType: "text/html", body: "<!doctype html><title>page</title>" }),
);
await page.goto(`${url}/page`);
await page.addScriptTag({ content: readFileSync(script, "utf8"), type: "module" });
await page.waitForFunction(() => globalThis.asked !== undefined);
const found = await page.evaluate(() => globalThis.asked);
await browser.close();
for (const [name, what] of Object.entries(found)) console.log(`${name}: ${what}`);
process.exit(Object.values(found).every((what) => what === "well") ? 0 : 1);
