// SPDX-License-Identifier: Apache-2.0
// The server and the browser for a test: stage.py as a child, and Debian's Chromium by playwright-core.
import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import path from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(path.dirname(HERE));
export const MODULES = path.resolve(ROOT, process.env.COUNTERSIGN_BUILD ?? "build-check", "browser");
const require = createRequire(`${MODULES}/`);

const {chromium} = require("playwright-core");
export const AXE = require.resolve("axe-core/axe.min.js");

/** How long to wait for a page, in milliseconds: enough for a machine that is ten times slower. */
const PATIENCE = 180_000;

export const SMALL = {width: 360, height: 740};

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps",
    // A camera that shows a picture of its own.
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/**
 * A server of this test's own. Each name that is asked of it is a method of stage.py's Stage.
 * @param {object} [settings] by "section.key"
 */
export function openStage(settings = {}) {
    const child = spawn("/usr/bin/python3", [path.join(HERE, "stage.py"), JSON.stringify(settings)],
        {stdio: ["pipe", "pipe", "inherit"], env: {...process.env, PYTHONDONTWRITEBYTECODE: "1"}});
    const asked = new Map();
    const ended = new Promise((resolve) => child.on("exit", (code) => {
        asked.forEach(({reject}) => reject(new Error(`stage.py ended with ${code}`)));
        resolve(code);
    }));
    let last = 0;
    createInterface({input: child.stdout}).on("line", (line) => {
        const {id, value, error} = JSON.parse(line);
        const {resolve, reject} = asked.get(id);
        asked.delete(id);
        error === undefined ? resolve(value) : reject(new Error(error));
    });
    const ask = (name, values) => new Promise((resolve, reject) => {
        asked.set(++last, {resolve, reject});
        child.stdin.write(`${JSON.stringify({id: last, do: name, with: values})}\n`);
    });
    return new Proxy({}, {
        get(_, name) {
            if (name === "then")
                return undefined;
            if (name === "close")
                return async () => {
                    child.stdin.end();
                    const code = await ended;
                    if (code !== 0)
                        throw new Error(`stage.py ended with ${code}`);
                };
            return (...values) => ask(name, values);
        }});
}

export function openBrowser() {
    return chromium.launch({executablePath: "/usr/bin/chromium", args: ARGUMENTS});
}

/**
 * A phone: a browser profile of its own. Whatever the console or the policy of content complains about is in phone.complaints,
 * but for the answers of the server that are refusals: the browser logs each of those too.
 */
export async function openPhone(browser, options = {}) {
    const context = await browser.newContext({viewport: SMALL, locale: "en-GB", hasTouch: true, isMobile: true, ...options});
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const complaints = [];
    context.on("weberror", (error) => complaints.push(String(error.error())));
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type()) && !/^Failed to load resource/.test(message.text()))
            complaints.push(message.text());
    });
    return {context, page, complaints};
}

/** Settings of a server with a name, as passkeys need one: a browser makes none for an address of numbers. */
export const NAMED = {"server.public_url": "http://localhost:{port}"};

/**
 * A device that can ask for a fingerprint, face or PIN, until the page is closed.
 * @param {object} [options] of the DevTools' WebAuthn.VirtualAuthenticatorOptions
 * @returns {Promise<{verifies: (does: boolean) => Promise<void>, count: () => Promise<number>}>} verifies: whether the person is recognised;
 *   count: of the passkeys on it
 */
export async function addAuthenticator(page, options = {}) {
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("WebAuthn.enable", {enableUI: false});
    const {authenticatorId} = await devTools.send("WebAuthn.addVirtualAuthenticator", {options: {
        protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true, ...options}});
    return {
        verifies: (isUserVerified) => devTools.send("WebAuthn.setUserVerified", {authenticatorId, isUserVerified}),
        count: async () => (await devTools.send("WebAuthn.getCredentials", {authenticatorId})).credentials.length,
    };
}

/** Enrols the page's browser by a link, up to the screen that waits. */
export async function enrol(page, link, name = "Ann's phone") {
    await page.goto("about:blank");
    await page.goto(link);
    await page.getByLabel("Name of this device").fill(name);
    await page.getByRole("button", {name: "Add this device"}).click();
    await page.getByRole("heading", {name: "Compare the fingerprint"}).waitFor();
    const fingerprint = (await page.locator(".fingerprint span").allTextContents()).join(" ");
    await page.getByRole("button", {name: "They match"}).click();
    await page.getByRole("button", {name: "Done"}).click();
    await page.getByRole("heading", {name: "Nothing to approve"}).waitFor();
    return fingerprint;
}
