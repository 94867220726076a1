// SPDX-License-Identifier: Apache-2.0
// The app's modules by themselves, without a browser.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {createHash, randomBytes, webcrypto} from "node:crypto";
import {readdir, readFile} from "node:fs/promises";
import path from "node:path";
import {test} from "node:test";
import {fileURLToPath} from "node:url";
import {runInNewContext} from "node:vm";

globalThis.crypto ??= webcrypto;

const APP = new URL("../../src/web/approve/", import.meta.url);
const load = (name) => import(new URL(`js/${name}.js`, APP));
const keys = await load("crypto");
const {createApi} = await load("api");
const {answerChallenge, isForAccount, signWithAll} = await load("answer");
const {enrol, fitName, ticketOf, ticketOfLink} = await load("enrol");
const {createWords, LANGUAGES, pickLanguage} = await load("i18n");
const {askPasskey, isPossible, makePasskey, PASSKEY_REFUSALS} = await load("passkey");
const {deviceName, isForgetful} = await load("platform");
const {hasOldCodes, placeOf, prove} = await load("self");
const {createAbsence, createCountdown} = await load("time");
const {codeAt, secondsLeft, seedOf, STEP, unbase32} = await load("totp");
const {createWatch} = await load("watch");
const {closeSettled, endSubscription, requestOf, isLook, keepSubscribed, lookMessage, requestPlace, whatWaits} = await load("notify");
const {KINDS, noticesOf} = await load("views/notice");

/** The worked example of docs/device-api.md. */
const EXAMPLE = {
    sChallengeId: "c2FtcGxlLWNoYWxsZW5nZQ", sNonce: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    sAudience: "https://sign-in.example.com", sCompany: "Acme Support Ltd", sAccount: "alice@example.com", sPurpose: "sign-in",
    sConsole: "Console 7.2", sSource: "192.0.2.7", sCreated: "2026-11-23T15:30:14Z", sExpires: "2026-11-23T15:31:14Z"};

test("the statement of the worked example", () => {
    const bytes = keys.assertionStatement(EXAMPLE, "42", "approve", "271828");
    assert.equal(bytes.length, 382);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), "638ea8bf28bf1ce15cb587cbaa749a36763500998256e96090b80f5a8f27e61b");
});

test("the vectors for authors of an approver", async () => {
    const vectors = JSON.parse(await readFile(new URL("../../docs/device-vectors.json", import.meta.url), "utf8"));
    const point = keys.unbase64url(vectors.public_key);
    const key = await crypto.subtle.importKey("jwk", {...vectors.key, d: undefined}, {name: "ECDSA", namedCurve: "P-256"}, true, ["verify"]);
    assert.deepEqual(new Uint8Array(await crypto.subtle.exportKey("raw", key)), point);
    assert.equal(await keys.fingerprint(point), vectors.fingerprint);
    for (const {kind, lines, statement, sha256, signature} of vectors.statements) {
        const bytes = keys.statement(kind, lines);
        assert.equal(new TextDecoder().decode(bytes), statement);
        assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
        assert.ok(await crypto.subtle.verify({name: "ECDSA", hash: "SHA-256"}, key, keys.unbase64url(signature), bytes));
    }
});

test("lengths are of bytes, and an absent value leaves its blank", () => {
    assert.equal(new TextDecoder().decode(keys.statement("k", [["a", "é\n日"], ["b", ""]])), "k\na 6 é\n日\nb 0 \n");
});

test("a key cannot be taken out; its signature is 64 bytes and verifies; its fingerprint is of the point", async () => {
    const {privateKey, publicKey} = await keys.makeKey();
    assert.equal(privateKey.extractable, false);
    assert.equal(publicKey.length, 65);
    const text = new TextEncoder().encode("text");
    const signature = Buffer.from(await keys.sign(privateKey, text), "base64url");
    assert.equal(signature.length, 64);
    const algorithm = {name: "ECDSA", namedCurve: "P-256"};
    const key = await crypto.subtle.importKey("raw", publicKey, algorithm, false, ["verify"]);
    assert.ok(await crypto.subtle.verify({name: "ECDSA", hash: "SHA-256"}, key, signature, text));
    const digest = createHash("sha256").update(publicKey).digest("hex");
    assert.equal((await keys.fingerprint(publicKey)).replaceAll(" ", ""), digest.slice(0, 20));
});

test("base64url has neither padding nor the two letters of base64", () => {
    for (let n = 0; n < 70; n++) {
        const bytes = Uint8Array.from({length: n}, (_, i) => 255 - i * 7);
        assert.equal(keys.base64url(bytes), Buffer.from(bytes).toString("base64url"));
        assert.deepEqual(keys.unbase64url(keys.base64url(bytes)), bytes);
    }
    assert.throws(() => keys.unbase64url("a!"));
});

test("all languages have the same keys and the same values to fill in", () => {
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
    const english = LANGUAGES.en.strings;
    for (const [code, {strings}] of Object.entries(LANGUAGES)) {
        assert.deepEqual(Object.keys(strings), Object.keys(english), code);
        for (const [key, text] of Object.entries(strings)) {
            assert.notEqual(text.trim(), "", `${code} ${key}`);
            assert.deepEqual(names(text), names(english[key]), `${code} ${key}`);
        }
    }
});

test("every key of the strings is used, and every one that is used is there", async () => {
    const files = (await readdir(new URL("js/", APP), {recursive: true, withFileTypes: false}))
        .filter((file) => file.endsWith(".js") && !file.includes("lang/"));
    const source = (await Promise.all(files.map((file) => readFile(new URL(`js/${file}`, APP), "utf8")))).join("\n");
    const used = new Set([...source.matchAll(/["`]([\w-]+(?:\.[\w-]+)+|back|cancel|done)["`]/g)].map((found) => found[1]));
    const strings = LANGUAGES.en.strings;
    const made = /^(problem|purpose|self\.end|self\.method)\.|\.(title|text|one|other|ask)$/;
    for (const key of Object.keys(strings))
        assert.ok(used.has(key) || made.test(key), `${key} is not used`);
    for (const [, key] of source.matchAll(/\bt\("([^"]+)"/g))
        assert.ok(key in strings || `${key}.other` in strings, `no words for ${key}`);
});

test("each result of the device API that a person can meet has its words", async () => {
    const definition = await readFile(new URL("../../src/contract/enums.def", import.meta.url), "utf8");
    const results = [...definition.matchAll(/ENUM_VALUE\(DeviceRet, deviceRet, (\w+)/g)].map((found) => found[1]);
    assert.ok(results.length > 10);
    for (const result of results.filter((name) => name !== "OK"))
        assert.ok(`problem.${result}.title` in LANGUAGES.en.strings, result);
});

test("words: numbers choose their form; what is missing is an error", () => {
    const words = createWords("en");
    assert.equal(words.t("time.left", {n: 1}), "1 second left");
    assert.equal(words.t("time.left", {n: 2}), "2 seconds left");
    assert.equal(createWords("fr").t("time.left", {n: 0}), "0 seconde restante");
    assert.equal(words.t("enrol.server", {server: "{server}"}), "Server: {server}");
    assert.throws(() => words.t("nothing.of.this.kind"));
    const second = 1_000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
    assert.deepEqual([14 * second, 59.6 * second, 59 * minute, 59.7 * minute, 23 * hour, 23.8 * hour, 40 * day].map(words.ago),
        ["14 seconds ago", "1 minute ago", "59 minutes ago", "1 hour ago", "23 hours ago", "yesterday", "40 days ago"]);
    assert.equal(createWords("en", {}, ["de-CH", "en-GB"]).date(new Date(2026, 10, 3)), "3 November 2026");
    assert.equal(createWords("de", {}, ["de-CH", "en-GB"]).code, "de");
    const now = new Date(2026, 10, 29, 0, 30);
    assert.deepEqual([[29, 0, 5], [28, 23, 50], [3, 12, 0]].map(([d, h, m]) => words.since(new Date(2026, 10, d, h, m), now)),
        ["today", "yesterday", "26 days ago"]);
    assert.equal(pickLanguage(["pt-BR", "de-AT", "en"]), "de");
    assert.equal(pickLanguage([]), "en");
});

test("a change asks for a nonce, signs every argument in order, and begins again when another one was faster", async () => {
    const {createApi} = await load("api");
    const posts = [];
    const answers = ["OK", "StaleNonce", "OK", "OK", "OK", "OK"];
    const api = createApi("https://a.example/api/", {
        sign: async (account, nonce, operation, lines) => `${account.id} ${nonce} ${operation} ${JSON.stringify(lines)}`,
        async ask(url, init) {
            posts.push([new URL(url).pathname, JSON.parse(init.body)]);
            return Response.json({result: answers[posts.length - 1], sNonce: `n${posts.length}`});
        }});
    const account = {id: "7", token: "t"};
    const both = await Promise.all([api.self(account, "rename", {sSelfToken: "s", sDeviceId: "7", sName: "é"}), api.remove(account)]);
    assert.deepEqual(both.map(({result}) => result), ["OK", "OK"]);
    assert.deepEqual(posts.map(([path]) => path), ["nonce", "rename", "nonce", "rename", "nonce", "remove"].map((name) =>
        name === "rename" ? "/api/self/rename" : `/api/device/${name}`), "one after the other");
    assert.equal(posts[3][1].sSignature, '7 n3 self/rename [["sSelfToken","s"],["sDeviceId","7"],["sName","é"]]');
    assert.deepEqual(posts[5][1], {sNonce: "n5", sSignature: "7 n5 device/remove []"});
});

test("a ticket is told from the app's own places", () => {
    assert.equal(ticketOf(`#${"a".repeat(43)}`), "a".repeat(43));
    for (const fragment of ["", "#", "#/settings", "#/account/1", "#short", `#${"a".repeat(20)}<b>`])
        assert.equal(ticketOf(fragment), null, fragment);
});

test("a pasted link is one of this server's app, or none", () => {
    const here = new URL("https://a.example/approve/");
    const ticket = "a".repeat(43);
    assert.equal(ticketOfLink(` https://a.example/approve/#${ticket}\n`, here), ticket);
    for (const text of ["", "#", ticket, `#${ticket}`, `https://b.example/approve/#${ticket}`, `http://a.example/approve/#${ticket}`,
        `https://a.example/x/approve/#${ticket}`, "https://a.example/approve/", "https://a.example/approve/#/settings"])
        assert.equal(ticketOfLink(text, here), null, text);
});

test("where a page's store is deleted after a week", () => {
    const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
    const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
    assert.ok(isForgetful({userAgent: iPhone, maxTouchPoints: 5, standalone: false}));
    assert.ok(!isForgetful({userAgent: iPhone, maxTouchPoints: 5, standalone: true}));
    assert.ok(isForgetful({userAgent: mac, maxTouchPoints: 5, standalone: false}));
    assert.ok(!isForgetful({userAgent: mac, maxTouchPoints: 0}));
    assert.ok(!isForgetful({userAgent: "Mozilla/5.0 (Linux; Android 14) Chrome/130.0.0.0 Mobile", maxTouchPoints: 5}));
});

test("names are cut between characters to what the server takes", () => {
    assert.equal(fitName("  Ann's\tphone "), "Ann's phone");
    assert.equal(fitName("日".repeat(40)), "日".repeat(21));
    assert.equal(fitName("\u0000\u200b "), "");
});

test("names of devices", () => {
    assert.equal(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"), "iPhone, Safari");
    assert.equal(deviceName("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"), "Android, Chrome");
    assert.equal(deviceName("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"), "Windows, Firefox");
    assert.equal(deviceName("something else"), "");
});

test("the time left is the server's, counted on here", () => {
    let now = 1_000_000;
    const countdown = createCountdown(() => now);
    countdown.set({...EXAMPLE, iSecondsRemaining: 45});
    now += 15_000;
    assert.equal(countdown.seconds(), 30);
    assert.equal(countdown.share(), 0.5);
    assert.equal(countdown.age(), 30_000);
    now += 60_000;
    assert.equal(countdown.seconds(), 0);
    assert.equal(countdown.share(), 0);
});

test("the API never throws, and says what went wrong as a result", async () => {
    const answers = [
        [() => { throw new TypeError("no network"); }, {result: "Offline", retryAfter: 0}],
        [() => new Response("<html>", {status: 502}), {result: "UnknownError", retryAfter: 0}],
        [() => new Response("", {status: 429, headers: {"Retry-After": "7"}}), {result: "TooManyRequests", retryAfter: 7}],
        [() => Response.json({result: "BadRequest", reason: "foreign origin"}, {status: 403}),
            {result: "WrongAddress", reason: "foreign origin", retryAfter: 0}],
        [() => Response.json({result: "OK", aChallenges: []}), {result: "OK", aChallenges: [], retryAfter: 0}],
    ];
    for (const [act, expected] of answers)
        assert.deepEqual(await createApi("https://a.example/x/api/", {ask: async () => act()}).pending({token: "t"}), expected);
    let seen;
    await createApi("https://a.example/x/api/", {async ask(url, init) {
        seen = {url: url.href, ...init};
        return Response.json({result: "OK"});
    }}).pending({token: "t"});
    assert.equal(seen.url, "https://a.example/x/api/device/pending");
    assert.equal(seen.headers.Authorization, "Bearer t");
    assert.equal(seen.body, "{}");
});

test("only a whole challenge of the enrolment's own server is shown", () => {
    const account = {audience: EXAMPLE.sAudience};
    assert.ok(isForAccount(account, EXAMPLE));
    assert.ok(!isForAccount({audience: "https://sign-in.example.com.evil.example"}, EXAMPLE));
    for (const member of Object.keys(EXAMPLE).filter((name) => name !== "sConsole"))
        assert.ok(!isForAccount(account, {...EXAMPLE, [member]: undefined}), member);
});

test("an answer whose way back broke is asked after", async () => {
    const {privateKey} = await keys.makeKey();
    const account = {id: "42", privateKey};
    const outcome = (fetched) => answerChallenge(
        {answer: async () => ({result: "Offline"}), fetch: async () => ({result: fetched})}, account, EXAMPLE, "reject", "");
    assert.equal((await outcome("AlreadyAnswered")).result, "Arrived");
    assert.equal((await outcome("OK")).result, "Offline");
    assert.equal((await outcome("Offline")).result, "Offline");
    assert.equal((await outcome("Expired")).result, "Expired");
});

/** What the server says of a ticket. */
const INVITATION = {sCompany: "Acme", sAccount: "ann@acme.example", sPasskey: "offered", sPasskeyUser: "dXNlcg", sRelyingParty: "a.example"};

/** A browser whose passkeys do what the test wants; returns the request made to it. */
function withPasskeys(t, act) {
    const asked = [];
    const credentials = {
        async create({publicKey}) { asked.push(publicKey); return act(publicKey); },
        async get({publicKey}) { asked.push(publicKey); return act(publicKey); }};
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    Object.defineProperty(globalThis, "navigator", {configurable: true, value: {credentials}});
    globalThis.PublicKeyCredential = {isUserVerifyingPlatformAuthenticatorAvailable: async () => true};
    t.after(() => {
        delete globalThis.navigator;
        if (before !== undefined)
            Object.defineProperty(globalThis, "navigator", before);
        delete globalThis.PublicKeyCredential;
    });
    return asked;
}

const bytesOf = (text) => new TextEncoder().encode(text);
const made = () => ({rawId: bytesOf("id").buffer, response: {attestationObject: bytesOf("att").buffer, clientDataJSON: bytesOf("{}").buffer}});
const given = () => ({response: {authenticatorData: bytesOf("data").buffer, clientDataJSON: bytesOf("{}").buffer, signature: bytesOf("sig").buffer}});

test("a passkey is made over the enrolment's statement, verified, and beside those that stay; what is replaced proves itself", async (t) => {
    const asked = withPasskeys(t, made);
    const former = await keys.makeKey();
    const other = {id: "7", passkey: "b3RoZXI", isGone: false, audience: "https://a.example", company: "Acme", address: "ann@acme.example",
        enrolled: "2026-11-01T09:00:00Z"};
    const kept = [other, {...other, id: "6", passkey: "Zm9ybWVy", enrolled: "2026-11-02T09:00:00Z", token: "former", privateKey: former.privateKey,
        codes: "the seed", codesMade: 5}, {...other, isGone: true, passkey: "Z29uZQ"}, {...other, address: "bob@acme.example", passkey: "Ym9i"}];
    const sent = [];
    const api = {
        enrol: async (members) => {
            sent.push(members);
            const fingerprint = await keys.fingerprint(keys.unbase64url(members.sPublicKey));
            return {result: "OK", sDeviceId: "8", sDeviceToken: "t", sFingerprint: fingerprint, sCompany: "Acme", sAccount: "ann@acme.example",
                bReplaced: true};
        }};
    const changed = [];
    const accounts = {probe: async () => {}, list: async () => kept, put: async ({id, codes}) => changed.push([id, codes]),
        remove: async (id) => changed.push(id)};
    const wanted = {ticket: "t", name: "n", audience: "https://a.example", invitation: INVITATION, hasPasskey: true};
    const {result, account} = await enrol({api, accounts}, wanted);
    assert.equal(result, "OK");
    assert.equal(account.passkey, "aWQ");
    assert.equal(sent[0].sAttestation, "YXR0");
    assert.equal(sent[0].sClientData, "e30");
    assert.equal(sent[0].sFormerToken, "former");
    const replacement = keys.replacementStatement({audience: "https://a.example", ticket: "t", device: "6", key: sent[0].sPublicKey});
    const key = await crypto.subtle.importKey("raw", former.publicKey, {name: "ECDSA", namedCurve: "P-256"}, false, ["verify"]);
    assert.ok(await crypto.subtle.verify({name: "ECDSA", hash: "SHA-256"}, key, Buffer.from(sent[0].sFormerSignature, "base64url"), replacement));
    assert.deepEqual(changed, [["8", undefined], ["8", "the seed"], "6"]);
    const [options] = asked;
    const statement = keys.enrolmentStatement(wanted);
    assert.deepEqual(Buffer.from(options.challenge), createHash("sha256").update(statement).digest());
    assert.deepEqual(options.rp, {id: "a.example", name: "Acme"});
    assert.equal(Buffer.from(options.user.id).toString(), "user");
    assert.deepEqual(options.excludeCredentials.map(({id}) => Buffer.from(id).toString()), ["other"]);
    assert.deepEqual(options.authenticatorSelection, {residentKey: "preferred", userVerification: "required"});
    assert.deepEqual(options.pubKeyCredParams.map(({alg}) => alg), [-7, -8, -257]);
    assert.equal(options.attestation, "none");
});

test("what the browser refuses is a result with words, and nothing is sent", async (t) => {
    let name;
    withPasskeys(t, () => { throw new DOMException("", name); });
    const expected = {NotAllowedError: "PasskeyCancelled", NotSupportedError: "PasskeyUnsupported", ConstraintError: "PasskeyUnsupported",
        SecurityError: "WrongAddress", InvalidStateError: "PasskeyTaken", DataError: "PasskeyFailed"};
    const wanted = {statement: bytesOf("s"), relyingParty: "a.example", user: "dXNlcg", company: "Acme", account: "a", others: []};
    for (const [of, result] of Object.entries(expected)) {
        name = of;
        assert.deepEqual(await makePasskey(wanted), {result});
        assert.deepEqual(await askPasskey("aWQ", bytesOf("s")), {result});
    }
    for (const result of PASSKEY_REFUSALS)
        assert.ok(`problem.${result}.title` in LANGUAGES.en.strings, result);
    name = "NotAllowedError";
    const {privateKey} = await keys.makeKey();
    const api = {answer: () => assert.fail("sent")};
    assert.equal((await answerChallenge(api, {id: "42", privateKey, passkey: "aWQ"}, EXAMPLE, "approve", "271828")).result, "PasskeyCancelled");
});

test("a browser without passkeys says so", async () => {
    assert.equal(await isPossible(), false);
    assert.deepEqual(await askPasskey("aWQ", bytesOf("s")), {result: "PasskeyUnsupported"});
});

test("an approval has both signatures over one statement; a no is one tap", async (t) => {
    const asked = withPasskeys(t, given);
    const {privateKey} = await keys.makeKey();
    const account = {id: "42", privateKey, passkey: "aWQ"};
    const sent = [];
    const api = {answer: async (_, members) => { sent.push(members); return {result: "OK"}; }};
    await answerChallenge(api, account, EXAMPLE, "approve", "271828");
    assert.equal(asked.length, 1);
    const statement = keys.assertionStatement(EXAMPLE, "42", "approve", "271828");
    assert.deepEqual(Buffer.from(asked[0].challenge), createHash("sha256").update(statement).digest());
    assert.equal(asked[0].userVerification, "required");
    assert.deepEqual(asked[0].allowCredentials.map(({id}) => Buffer.from(id).toString()), ["id"]);
    assert.equal(sent[0].sAuthenticatorData, Buffer.from("data").toString("base64url"));
    assert.equal(sent[0].sPasskeySignature, Buffer.from("sig").toString("base64url"));
    assert.equal(Buffer.from(sent[0].sSignature, "base64url").length, 64);
    await answerChallenge(api, account, EXAMPLE, "reject", "");
    await answerChallenge(api, account, EXAMPLE, "not-me", "");
    assert.equal(asked.length, 1);
    assert.ok(sent.slice(1).every((members) => members.sSignature !== undefined && members.sPasskeySignature === undefined));
    assert.deepEqual(Object.keys((await signWithAll({id: "1", privateKey}, statement)).members), ["sSignature"]);
});

test("the self-service is opened by a signature over what the server asked", async () => {
    const {privateKey, publicKey} = await keys.makeKey();
    const account = {id: "4/2", privateKey, audience: "https://a.example", company: "Acme of old", address: "ann@acme.example"};
    const calls = [];
    const api = {async self(_, operation, members) {
        calls.push([operation, members]);
        return operation === "begin" ? {result: "OK", sNonce: "nonce", sCompany: "Acme", sAccount: "ann@acme.example"} : {result: "OK", sSelfToken: "token"};
    }};
    assert.deepEqual(await prove(api, account), {result: "OK", token: "token"});
    const [, [operation, {sNonce, sSignature}]] = calls;
    assert.deepEqual([operation, sNonce], ["open", "nonce"]);
    const text = "countersign-self-v1\naudience 17 https://a.example\nnonce 5 nonce\ncompany 4 Acme\naccount 16 ann@acme.example\ndevice 3 4/2\n";
    const key = await crypto.subtle.importKey("raw", publicKey, {name: "ECDSA", namedCurve: "P-256"}, false, ["verify"]);
    assert.ok(await crypto.subtle.verify({name: "ECDSA", hash: "SHA-256"}, key, Buffer.from(sSignature, "base64url"), bytesOf(text)));
    assert.deepEqual(await prove({self: async () => ({result: "UnknownDevice"})}, account), {result: "UnknownDevice"});
    assert.equal(placeOf(account, "codes"), "#/account/4%2F2/codes");
    assert.equal(placeOf(account), "#/account/4%2F2");
});

test("codes that another device replaced or removed are not this app's any more; its own are", () => {
    const made = Date.parse("2026-11-26T09:00:00Z");
    const told = (sKind, sWhen) => hasOldCodes({codes: {}, codesMade: made}, {aNotices: [{sKind, sWhen}]});
    assert.ok(told("codes-added", "2026-11-26T09:00:01Z"));
    assert.ok(told("codes-removed", "2026-11-27T09:00:00Z"));
    assert.ok(!told("codes-added", "2026-11-26T08:59:59Z"));
    assert.ok(!told("password-changed", "2026-11-27T09:00:00Z"));
    assert.ok(!hasOldCodes({codes: {}, codesMade: made}, {}));
    assert.ok(!hasOldCodes({}, {aNotices: [{sKind: "codes-added", sWhen: "2026-11-27T09:00:00Z"}]}));
});

/** Base32 as RFC 4648 has it, apart from the app's. */
function base32(bytes) {
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    return bits.match(/.{1,5}/g).map((part) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[parseInt(part.padEnd(5, "0"), 2)]).join("");
}

test("codes are those of RFC 6238, appendix B", async () => {
    const seed = await seedOf(base32(bytesOf("12345678901234567890")));
    assert.equal(seed.extractable, false);
    const vectors = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"};
    for (const [time, code] of Object.entries(vectors))
        assert.equal(await codeAt(seed, Number(time) * 1_000), code, time);
});

test("oathtool shows the same codes, at the edges of a step too", async () => {
    for (let round = 0; round < 12; round++) {
        const secret = randomBytes(20);
        const step = randomBytes(4).readUInt32BE();
        const theirs = execFileSync("oathtool", ["--totp=sha1", "--window=99", `--now=@${step * STEP}`, secret.toString("hex")], {encoding: "utf8"});
        const seed = await seedOf(base32(secret));
        const ours = [];
        for (let i = 0; i < 100; i++) {
            const first = await codeAt(seed, (step + i) * STEP * 1_000);
            assert.equal(await codeAt(seed, (step + i + 1) * STEP * 1_000 - 1), first);
            ours.push(first);
        }
        assert.deepEqual(ours, theirs.trim().split("\n"));
    }
    assert.equal(secondsLeft(0), STEP);
    assert.ok(secondsLeft(STEP * 1_000 - 1) > 0);
});

test("base32 is read with blanks and in small letters, and nothing else is", () => {
    for (let n = 0; n < 30; n++) {
        const bytes = Uint8Array.from({length: n}, (_, i) => 255 - i * 37 & 255);
        assert.deepEqual(unbase32(n === 0 ? "" : base32(bytes).toLowerCase().replace(/(.{4})/g, "$1 ")), bytes);
    }
    for (const text of ["0", "AB1C", "A-B", "é"])
        assert.throws(() => unbase32(text));
});

test("no ticket is spent where nothing can be kept, and no account is kept for another's key", async () => {
    const asked = [];
    const api = {
        enrol: async (members) => { asked.push(members); return {result: "OK", sFingerprint: "0000 0000 0000 0000 0000"}; },
        remove: async () => { asked.push("remove"); },
    };
    const wanted = {ticket: "t", name: "n", audience: "https://a.example", invitation: INVITATION, hasPasskey: false};
    const full = {probe: async () => { throw new Error("full"); }};
    assert.deepEqual(await enrol({api, accounts: full}, wanted), {result: "NoStorage"});
    assert.deepEqual(asked, []);
    const put = [];
    const accounts = {probe: async () => {}, list: async () => [], put: async (account) => put.push(account)};
    assert.deepEqual(await enrol({api, accounts}, wanted), {result: "BadFingerprint"});
    assert.deepEqual(put, []);
    assert.equal(asked[1], "remove");
});

test("the watch asks while it is seen, more slowly while it is refused, and again when told to", async () => {
    const waits = [];
    let asked = 0, seen = true, answer = {result: "OK", retryAfter: 0};
    const watch = createWatch({
        accounts: () => [{}], ask: async () => { asked++; return answer; }, answered() {}, isSeen: () => seen,
        later: (_, wait) => waits.push(wait), never() {}});
    await watch.wake();
    answer = {result: "Offline", retryAfter: 0};
    for (let i = 0; i < 6; i++)
        await watch.wake();
    answer = {result: "TooManyRequests", retryAfter: 90};
    await watch.wake();
    answer = {result: "OK", retryAfter: 0};
    await watch.wake();
    assert.deepEqual(waits, [3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 90_000, 3_000]);
    seen = false;
    await watch.wake();
    assert.equal(waits.length, 9);
    const before = asked;
    await Promise.all([watch.wake(), watch.wake(), watch.wake()]);
    assert.equal(asked, before + 2);
});

test("an absence is over the limit by its timer, or when the app comes back and no timer ran", () => {
    const timers = new Set();
    let seen = true, time = 0, times = 0;
    const changed = createAbsence({
        isSeen: () => seen, most: 100, over: () => times++, now: () => time,
        later(act, wait) { const timer = {act, wait}; timers.add(timer); return timer; }, never: (timer) => timers.delete(timer)});
    const go = (isSeen, at) => { seen = isSeen; time = at; changed(); };
    go(false, 0);
    assert.deepEqual([...timers].map(({wait}) => wait), [100]);
    go(true, 99);
    assert.deepEqual([timers.size, times], [0, 0]);
    go(true, 500);
    assert.equal(times, 0, "it was in view all the time");
    go(false, 500);
    [...timers][0].act();
    assert.equal(times, 1);
    go(true, 501);
    go(false, 600);
    go(false, 650);
    go(true, 700);
    assert.deepEqual([timers.size, times], [0, 2]);
});

/** A browser's push manager, as far as the app uses it: one subscription, bound to a key. */
function pushManager(kept = null, isReached = true) {
    const manager = {kept, made: 0};
    const subscription = () => ({
        toJSON: () => ({endpoint: manager.kept.endpoint, keys: {p256dh: "p", auth: "a"}}), unsubscribe: async () => { manager.kept = null; }});
    manager.getSubscription = async () => manager.kept && subscription();
    manager.subscribe = async ({userVisibleOnly, applicationServerKey: key}) => {
        assert.equal(userVisibleOnly, true);
        if (!isReached)
            throw new DOMException("", "AbortError");
        if (manager.kept !== null && manager.kept.key !== key)
            throw new DOMException("", "InvalidStateError");
        manager.kept ??= {key, endpoint: `https://push.example/${++manager.made}`};
        return subscription();
    };
    return manager;
}

/** A server that answers with these results, and what was sent to it. @param {string[]} [gone] the endpoints that it dropped */
function pushServer(key = {result: "OK", sPublicKey: "K"}, results = {}, gone = []) {
    const told = [];
    const answer = (account) => ({result: results[account.id] ?? "OK"});
    return {
        told, pushKey: async () => key,
        async subscribe(account, {sEndpoint, bAgain}) {
            told.push([account.id, sEndpoint]);
            return bAgain && gone.includes(sEndpoint) ? {result: "SubscriptionGone"} : answer(account);
        },
        unsubscribe: async (account) => { told.push([account.id, null]); return answer(account); }};
}

function toldBefore(told) {
    return {told, read: async function () { return this.told; }, write: async function (now) { this.told = now; }};
}

const ACCOUNTS = [{id: "1", isGone: false}, {id: "2", isGone: true}, {id: "3", isGone: false}];

test("notifications: what is brought about, and what it is called", async () => {
    const keep = async (changes) => {
        const at = {api: pushServer(), accounts: ACCOUNTS, manager: pushManager(), permission: "granted", isOff: false, memory: toldBefore(),
            ...changes};
        const state = await keepSubscribed(at);
        return [state, at.api.told, at.manager?.kept?.endpoint ?? null];
    };
    const first = "https://push.example/1";
    const all = [["1", first], ["3", first]];
    assert.deepEqual(await keep({}), ["on", all, first]);
    assert.deepEqual(await keep({manager: pushManager({key: "K", endpoint: first})}), ["on", all, first]);
    assert.deepEqual(await keep({manager: pushManager({key: "former", endpoint: "https://push.example/0"})}), ["on", all, first]);
    assert.deepEqual(await keep({api: pushServer(undefined, {1: "UnknownDevice"})}), ["on", all, first]);
    assert.deepEqual(await keep({api: pushServer(undefined, {3: "UnknownPushService"})}), ["refused", all, first]);
    for (const result of ["Offline", "UnknownError", "TooManyRequests", "BadKey"])
        assert.deepEqual(await keep({api: pushServer(undefined, {3: result})}), ["unknown", all, first], result);
    assert.deepEqual(await keep({manager: pushManager(null, false)}), ["broken", [], null]);
    assert.deepEqual(await keep({permission: "default"}), ["ask", [], null]);
    assert.deepEqual(await keep({permission: "denied"}), ["denied", [], null]);
    assert.deepEqual(await keep({isOff: true}), ["off", [], null]);
    assert.deepEqual(await keep({manager: null, permission: null}), ["absent", [], null]);
    assert.deepEqual(await keep({api: pushServer({result: "OK"})}), ["none", [], null]);
    assert.deepEqual(await keep({api: pushServer({result: "OK"}), manager: null}), ["none", [], null]);
    assert.deepEqual(await keep({api: pushServer({result: "Offline"})}), ["unknown", [], null]);
    assert.deepEqual(await keep({accounts: [ACCOUNTS[1]], manager: pushManager({key: "K", endpoint: first})}), ["idle", [], null]);
});

test("notifications that are switched off end on both sides", async () => {
    const at = {api: pushServer(), accounts: ACCOUNTS, manager: pushManager({key: "K", endpoint: "https://push.example/1"}),
        memory: toldBefore({1: "https://push.example/1"})};
    await endSubscription(at);
    assert.deepEqual([at.api.told, at.manager.kept, at.memory.told], [[["1", null], ["3", null]], null, {}]);
});

test("a subscription that died, which the browser keeps, is replaced; what was never told or is another is not taken for it", async () => {
    const dead = "https://push.example/0", first = "https://push.example/1";
    const keep = async (told, results) => {
        const at = {api: pushServer(undefined, results, [dead]), accounts: ACCOUNTS, manager: pushManager({key: "K", endpoint: dead}),
            permission: "granted", isOff: false, memory: toldBefore(told)};
        return [await keepSubscribed(at), at.api.told, at.manager.kept.endpoint, at.memory.told];
    };
    const once = [["1", dead], ["3", dead]], both = [...once, ["1", first], ["3", first]];
    assert.deepEqual(await keep({1: dead, 3: dead}), ["on", both, first, {1: first, 3: first}]);
    assert.deepEqual(await keep({3: dead}), ["on", both, first, {1: first, 3: first}], "of several accounts one had rung it");
    for (const told of [undefined, {}, {1: "https://push.example/former"}])
        assert.deepEqual(await keep(told), ["on", once, dead, {1: dead, 3: dead}]);
    assert.deepEqual(await keep({1: first, 2: "of an account that is gone"}, {1: "Offline"}), ["unknown", once, dead, {1: first, 3: dead}]);
});

test("only what was shown before the server was asked can be known to wait no more", async () => {
    const closed = [];
    const shown = (tag, at) => ({tag, data: at === null ? null : {at}, close: () => closed.push(tag)});
    const all = [shown("waits", 1), shown("settled", 10), shown("later", 11), shown("odd", null)];
    await closeSettled({getNotifications: async () => all}, (tag) => tag === "waits", 10);
    assert.deepEqual(closed, ["settled", "odd"]);
});

test("what waits, by what it is; and whether all accounts could be asked", async () => {
    const answers = {
        1: {result: "OK", aChallenges: [{sChallengeId: "c"}], aNotices: []},
        3: {result: "OK", aChallenges: [], aNotices: [{sNoticeId: "n"}, {sNoticeId: "m"}]}};
    const ask = async () => {
        const {kinds, isWhole, asked} = await whatWaits({pending: async ({id}) => answers[id]}, ACCOUNTS);
        assert.ok(asked <= Date.now());
        return [Object.fromEntries(kinds), isWhole];
    };
    assert.deepEqual(await ask(), [{c: "challenge", n: "notice", m: "notice"}, true]);
    answers[1] = {result: "UnknownDevice"};
    assert.deepEqual(await ask(), [{n: "notice", m: "notice"}, true]);
    answers[3] = {result: "Offline"};
    assert.deepEqual(await ask(), [{}, false]);
});

test("the worker's one message is told from all others", () => {
    const worker = "https://a.example/approve/sw.js";
    const id = "c2FtcGxlLWNoYWxsZW5nZQ";
    const source = {scriptURL: worker};
    for (const told of [null, id])
        assert.ok(isLook({data: lookMessage(told), source}, worker));
    const data = lookMessage(id);
    for (const event of [{data}, {data, source: null}, {data, source: {scriptURL: "https://a.example/other.js"}}, {data: null, source},
        {data: data.kind, source}, {data: {kind: data.kind}, source}, {data: {...data, kind: "open"}, source}, {data: {...data, id: "../x"}, source},
        {data: {...data, id: 7}, source}, {data: {...data, id: [id]}, source}])
        assert.ok(!isLook(event, worker), JSON.stringify(event));
});

test("a challenge's place in the app", () => {
    const id = "c2FtcGxlLWNoYWxsZW5nZQ";
    assert.equal(requestOf(requestPlace(id)), id);
    assert.equal(ticketOf(requestPlace(id)), null);
    for (const fragment of ["", "#", "#/request/", "#/request/short", `#/request/${id}/x`, `#${id}`, `#/settings/${id}`])
        assert.equal(requestOf(fragment), null, fragment);
});

test("notices: only whole ones; one that this app does not know is still said", () => {
    const notice = {sNoticeId: "n", sKind: "device-added", sSubject: "<b>phone</b>", sWhen: "2026-11-24T08:05:00Z"};
    const read = (...all) => noticesOf({aNotices: all});
    assert.deepEqual(read(notice), [{id: "n", kind: "device-added", subject: "<b>phone</b>", when: new Date(notice.sWhen),
        times: 1, first: new Date(notice.sWhen)}]);
    const often = read({...notice, iTimes: 7, sFirst: "2026-11-20T08:05:00Z"})[0];
    assert.deepEqual([often.times, often.first], [7, new Date("2026-11-20T08:05:00Z")]);
    assert.equal(read({...notice, iTimes: "<b>"})[0].times, 1);
    assert.equal(read({...notice, sKind: "of-a-newer-server"})[0].kind, "other");
    assert.equal(read({...notice, sSubject: undefined})[0].subject, "");
    for (const changes of [{sNoticeId: ""}, {sNoticeId: 7}, {sKind: undefined}, {sWhen: "soon"}, {sWhen: undefined}])
        assert.deepEqual(read({...notice, ...changes}), [], JSON.stringify(changes));
    assert.deepEqual(read(null, 7, "x"), []);
    for (const aNotices of [undefined, null, "x", {}])
        assert.deepEqual(noticesOf({aNotices}), []);
});

test("the app knows the notices of the server, no others, and has their words in each language", async () => {
    const list = await readFile(new URL("../../src/accounts/notice.def", import.meta.url), "utf8");
    const kinds = [...list.matchAll(/^NOTICE\(\w+, "([\w-]+)", /gm)].map(([, kind]) => kind);
    assert.ok(kinds.length >= 6);
    assert.deepEqual([...KINDS].sort(), [...kinds].sort());
    for (const [code, {strings}] of Object.entries(LANGUAGES)) {
        const worded = Object.keys(strings).map((key) => /^notice\.([\w-]+)\.title$/.exec(key)?.[1]).filter(Boolean);
        assert.deepEqual(worded.sort(), [...kinds, "other"].sort(), code);
        for (const kind of worded)
            assert.ok(strings[`notice.${kind}.title`] && strings[`notice.${kind}.text`], `${code}: ${kind}`);
    }
});

test("what the worker shares with the app is the same: functions, and the words of notifications", async () => {
    const root = fileURLToPath(new URL("../../", import.meta.url));
    const built = path.resolve(root, process.env.COUNTERSIGN_BUILD ?? "build-check", "src/web/shared.js");
    const self = {};
    runInNewContext(await readFile(built, "utf8"), {self, TextEncoder});
    const {words, ...shared} = self.SHARED;
    for (const name of ["accounts", "api", "crypto", "notify"]) {
        for (const [key, value] of Object.entries(await load(name)))
            assert.equal(String(shared[key]), String(value), key);
    }
    assert.deepEqual(Object.keys(words).sort(), Object.keys(LANGUAGES).sort());
    for (const [code, {strings}] of Object.entries(LANGUAGES)) {
        const wanted = Object.entries(strings).filter(([key]) => key.startsWith("notify.push."));
        assert.equal(wanted.length, 6);
        assert.deepEqual({...words[code]}, Object.fromEntries(wanted));
    }
});

test("the pages of the account have the same words in every language", async () => {
    const {STRINGS} = await import(new URL("../../src/web/account/js/words.js", import.meta.url));
    for (const [code, strings] of Object.entries(STRINGS)) {
        assert.deepEqual(Object.keys(strings), Object.keys(STRINGS.en), code);
        assert.ok(Object.values(strings).every((text) => text.trim() !== ""), code);
    }
});
