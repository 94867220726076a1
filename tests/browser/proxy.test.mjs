// SPDX-License-Identifier: Apache-2.0
// A new version of the app arrives although a proxy keeps what it has seen, and lets browsers keep it for a year: what a content
// network or a proxy with "cache all scripts" does to the service worker, its imports and the files.
import assert from "node:assert/strict";
import {createServer} from "node:http";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {openBrowser, openPhone, openStage} from "./stage.mjs";

const YEAR = "public, max-age=31536000, immutable";
/** What the next version of the app says in place of a word, and what that changes beside it: the name of the version. */
const OLD = "No account yet", NEW = "No account so far";

let stage, browser, phone, proxy;

/** The server as it is, or after an upgrade. */
async function origin(address, path, isUpgraded) {
    const answer = await fetch(address + path, {redirect: "manual"});
    const headers = {"content-type": answer.headers.get("content-type"), "content-security-policy": answer.headers.get("content-security-policy")};
    const body = Buffer.from(await answer.arrayBuffer());
    if (!isUpgraded || !/\.js$/.test(path))
        return {status: answer.status, headers, body};
    const text = body.toString().replace(/version: "/, 'version: "next-').replace(OLD, NEW);
    return {status: answer.status, headers, body: Buffer.from(text)};
}

/** It answers from what it kept, unless the request asks for what is there now (RFC 9111, 5.2.1). */
async function openProxy(address) {
    const kept = new Map();
    const state = {isUpgraded: false};
    const server = createServer(async (request, response) => {
        const wantsNew = /no-cache|no-store|max-age=0/.test(request.headers["cache-control"] ?? "");
        if (!kept.has(request.url) || wantsNew)
            kept.set(request.url, await origin(address, request.url, state.isUpgraded));
        const {status, headers, body} = kept.get(request.url);
        response.writeHead(status, {...headers, "cache-control": YEAR});
        response.end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        state, address: `http://127.0.0.1:${server.address().port}`,
        close: () => new Promise((resolve) => {
            server.close(resolve);
            server.closeAllConnections();
        })};
}

before(async () => {
    stage = openStage();
    browser = await openBrowser();
});
after(async () => {
    await browser?.close();
    await stage?.close();
});
beforeEach(async () => {
    proxy = await openProxy(await stage.address());
    phone = await openPhone(browser);
});
afterEach(async () => {
    await phone.context.close();
    await proxy.close();
    assert.deepEqual(phone.complaints, []);
});

const heading = (name) => phone.page.getByRole("heading", {level: 1, name}).waitFor();
const isKept = () => phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));

test("a new version arrives through a proxy that keeps the old one", async () => {
    const {page} = phone;
    await page.goto(`${proxy.address}/approve/`);
    await heading(OLD);
    assert.ok(await isKept());
    proxy.state.isUpgraded = true;
    assert.match(await (await fetch(`${proxy.address}/approve/js/lang/en.js`)).text(), new RegExp(OLD), "the proxy keeps");
    await page.reload();
    await heading(NEW);
    await page.context().setOffline(true);
    await page.reload();
    await heading(NEW);
});
