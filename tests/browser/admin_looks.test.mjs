// SPDX-License-Identifier: Apache-2.0
// How the operator's console looks: every view, in every language, on a phone and on a desk; axe reports no fault; nothing overflows.
// The answers are a double's: what the server really does is tested in tests/e2e/test_operators.py.
import assert from "node:assert/strict";
import {readdir, readFile} from "node:fs/promises";
import {after, before, test} from "node:test";
import {answerWith, event} from "./admin_double.mjs";
import {AXE, openBrowser, openPhone, openStage} from "./stage.mjs";

const JS = new URL("../../src/web/admin/js/", import.meta.url);
const LANGUAGES = {en: "en-GB", de: "de-DE", fr: "fr-FR", es: "es-ES", ja: "ja-JP"};
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** Places, and what is pressed there first. */
const VIEWS = [["live"], ["people"], ["person/7"], ["person/7", ".actions button:nth-of-type(2)"], ["person/7", "td .actions button:nth-of-type(2)"], ["story/7/411"], ["sessions"], ["alarms"], ["company"],
    ["company", "td button"], ["figures"], ["audit"], ["audit", "td button"], ["audit?before=2"]];

let stage, browser, address;

before(async () => {
    stage = openStage();
    browser = await openBrowser();
    address = await stage.address();
});
after(async () => {
    await browser?.close();
    await stage?.close();
});

/** What is wider than the screen, or too small for a thumb. Runs in the page. */
function misfits() {
    const width = document.documentElement.clientWidth;
    const all = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".aloud, svg, thead, dialog:not([open])"));
    const outside = all.filter((e) => e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > width + 0.5);
    const small = all.filter((e) => e.matches("button, input, select, summary, nav a"))
        .filter((e) => e.getBoundingClientRect().height < 44);
    return [...outside.map((e) => `outside: ${e.outerHTML.slice(0, 160)}`), ...small.map((e) => `small: ${e.outerHTML.slice(0, 160)}`)];
}

async function open(locale, options) {
    const desk = await openPhone(browser, {locale, reducedMotion: "reduce", ...options});
    await answerWith(desk.page);
    return desk;
}

async function show(page, [place, press]) {
    await page.goto(`${address}/console/admin/#/${place}`);
    await page.locator("main h1").waitFor();
    await page.waitForFunction((wanted) => location.hash === wanted && document.querySelector("main h1") !== null, `#/${place}`);
    if (press !== undefined)
        await page.locator(press).first().click();
}

const SIZES = {phone: {viewport: {width: 360, height: 740}}, tablet: {viewport: {width: 820, height: 1100}}, desk: {viewport: {width: 1280, height: 800}, isMobile: false, hasTouch: false}};

for (const [code, locale] of Object.entries(LANGUAGES)) {
    test(`every view fits, and axe finds no fault: ${code}`, async () => {
        const found = [];
        for (const [size, options] of Object.entries(SIZES)) {
            const desk = await open(locale, {...options, colorScheme: code === "de" ? "dark" : "light"});
            for (const view of VIEWS) {
                await show(desk.page, view);
                const say = (fault) => `${view.join(" ")}, ${size}: ${fault}`;
                found.push(...(await desk.page.evaluate(misfits)).map(say));
                await desk.page.evaluate(await readFile(AXE, "utf8"));
                const violations = await desk.page.evaluate(async (rules) => (await globalThis.axe.run({runOnly: rules})).violations, RULES);
                found.push(...violations.map((v) => say(`${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`)}`)));
                await desk.page.goto("about:blank");
            }
            await desk.context.close();
            assert.deepEqual(desk.complaints, []);
        }
        assert.deepEqual(found, []);
    });
}

/** A desk at a place, and what its page has asked. */
async function at(place, changes) {
    const desk = await openPhone(browser, {...SIZES.desk, reducedMotion: "reduce"});
    const calls = await answerWith(desk.page, changes);
    await show(desk.page, [place]);
    return {desk, page: desk.page, asked: (operation) => calls.filter(([name]) => name === operation).map(([, members]) => members)};
}

async function leave({desk}) {
    await desk.context.close();
    assert.deepEqual(desk.complaints, []);
}

test("a locked technician is helped in three clicks", async () => {
    const seen = await at("live");
    await seen.page.getByLabel("Address or name").fill("ann");
    await seen.page.getByRole("button", {name: "Find"}).click();
    // The list of what happens has her as well, until the one of who was found is there.
    await seen.page.waitForFunction(() => document.querySelectorAll('a[href="#/person/7"]').length === 1);
    await seen.page.getByRole("link", {name: "ann.archer@acme.example"}).click();
    await seen.page.getByRole("button", {name: "Unlock"}).click();
    await seen.page.waitForFunction(() => document.querySelector(".problem") === null);
    assert.deepEqual(seen.asked("technician/list").map(({sSearch}) => sSearch), ["ann"]);
    assert.deepEqual(seen.asked("technician/unlock"), [{sTechnician: "7"}]);
    await leave(seen);
});

test("a policy is changed only after it was shown whom that touches", async () => {
    const seen = await at("company");
    await seen.page.getByRole("button", {name: "Change: passkey"}).click();
    await seen.page.getByLabel("passkey", {exact: true}).selectOption("required");
    await seen.page.getByRole("button", {name: "Whom would it touch?"}).click();
    await seen.page.getByText("3 signed-in consoles end").waitFor();
    await seen.page.getByText("17 accounts first have to").waitFor();
    assert.deepEqual(seen.asked("policy/set"), []);
    await seen.page.getByRole("button", {name: "Make the change"}).click();
    await seen.page.getByRole("button", {name: "Make the change"}).waitFor({state: "detached"});
    assert.deepEqual(seen.asked("policy/set"), [{sCompany: "acme", sKey: "passkey", sValue: "required"}]);
    await leave(seen);
});

test("consoles are shown a page at a time, of a company or an account, and one is ended", async () => {
    const seen = await at("sessions");
    await seen.page.getByRole("button", {name: "End: Console in the workshop"}).waitFor();
    await seen.page.getByRole("link", {name: "Next page"}).click();
    await seen.page.getByRole("link", {name: "Next page"}).waitFor({state: "detached"});
    await seen.page.getByRole("button", {name: "End: Console in the workshop"}).click();
    await seen.page.waitForFunction(() => document.querySelector("main button[aria-disabled]") === null);
    assert.deepEqual(seen.asked("session/end"), [{sSessionId: "4"}]);
    await seen.page.getByLabel("Company").selectOption("northern");
    await seen.page.getByRole("button", {name: "Find"}).click();
    await seen.page.waitForFunction(() => location.hash === "#/sessions?company=northern" && document.querySelector("#company")?.value === "northern");
    await seen.page.getByLabel("Account").fill("ann.archer@acme.example");
    await seen.page.getByRole("button", {name: "Find"}).click();
    await seen.page.waitForFunction(() => document.querySelector("#of")?.value === "ann.archer@acme.example" && location.hash.includes("of="));
    const asked = seen.asked("session/list");
    assert.deepEqual(asked.slice(0, 2), [{}, {sAfter: "1-3"}]);
    assert.deepEqual(asked.slice(-2), [{sInCompany: "northern"}, {sOfTechnician: "ann.archer@acme.example"}]);
    await leave(seen);
});

test("companies and rules are read to the end, however many pages they have", async () => {
    const pages = (rows, made) => ({sAfter = "0"}) => ({[rows]: [made(Number(sAfter))], ...Number(sAfter) < 4 ? {sNext: String(Number(sAfter) + 1)} : {}});
    const seen = await at("company", {
        "company/list": pages("aCompanies", (n) => ({sCompany: `acme${n}`, sTitle: `Acme ${n}`, sState: "active", sPlan: "standard", bEnterpriseOn: false})),
        "address/list": pages("aRules", (n) => ({sRuleId: String(n), sVerdict: "deny", sNet: `192.0.2.${n}`}))});
    assert.deepEqual(await seen.page.getByLabel("Company").locator("option").allTextContents(), [0, 1, 2, 3, 4].map((n) => `Acme ${n}`));
    assert.equal(await seen.page.getByRole("cell", {name: /^192\.0\.2\.\d$/}).count(), 5);
    assert.deepEqual(seen.asked("address/list").map(({sAfter}) => sAfter), [undefined, "1", "2", "3", "4"]);
    await leave(seen);
});

test("a report is taken, and is counted until then", async () => {
    const seen = await at("alarms");
    assert.equal(await seen.page.locator("nav .count").first().textContent(), "1 Reports that wait");
    await seen.page.getByRole("button", {name: "I take care of it: ann.archer@acme.example"}).click();
    await seen.page.waitForFunction(() => document.querySelector(".problem") === null);
    assert.deepEqual(seen.asked("reported/take"), [{sTechnician: "7", sReportId: "1"}]);
    await leave(seen);
});

test("an auditor sees everything, and is offered nothing to change", async () => {
    const me = {sOperator: "otto@acme.example", sName: "Otto", sRole: "auditor", bEverything: true};
    for (const place of ["person/7", "company", "sessions", "alarms"]) {
        const seen = await at(place, {me});
        assert.deepEqual(await seen.page.locator("main button").allTextContents(), ["company", "sessions"].includes(place) ? ["Find"] : []);
        await leave(seen);
    }
});

test("everything that the API does to accounts and their devices is offered to who may", async () => {
    const {paths} = JSON.parse(await readFile(new URL("../../docs/operator-openapi.json", import.meta.url), "utf8"));
    const views = (await readdir(new URL("views", JS))).map((file) => readFile(new URL(`views/${file}`, JS), "utf8"));
    const source = (await Promise.all(views)).join("\n");
    const wanted = Object.keys(paths).map((path) => path.replace("/api/admin/", "")).filter((name) => /^(technician|device)\//.test(name));
    assert.ok(wanted.length > 15);
    assert.deepEqual(wanted.filter((name) => !source.includes(`"${name}"`)), []);
});

test("why somebody is kept out is said where no condition says it", async () => {
    const why = "this address has used up its failures: the password is not looked at";
    const seen = await at("person/7", {explain: {aAnswers: [{sOperation: "loginTechnicianFromStandalone_v7_2", sResult: "InvalidPassword", sWhy: why}],
        aConditions: [], aBudgets: [], aRefusals: [], aSignIns: [], aSteps: []}});
    await seen.page.getByRole("listitem").filter({hasText: why}).waitFor();
    assert.equal(await seen.page.getByText("Nothing stands in the way.").count(), 0);
    await leave(seen);
});

test("nothing is offered that the server does not have", async () => {
    const seen = await at("person/7");
    await seen.page.route("**/api/admin/openapi.json", (route) => route.fulfill({json: {paths: {"/api/admin/me": {}}}}));
    await seen.page.reload();
    await seen.page.getByRole("heading", {name: "ann.archer@acme.example"}).waitFor();
    assert.deepEqual(await seen.page.locator("main button").allTextContents(), []);
    assert.equal(await seen.page.getByRole("link", {name: "Reports"}).count(), 0);
    await leave(seen);
});

test("the end of the log says which events are in archives, and only its end", async () => {
    for (const [place, times] of [["audit?before=2", 1], ["audit", 0]]) {
        const seen = await at(place);
        await seen.page.getByRole("table", {name: "Events, the newest first"}).waitFor();
        assert.equal(await seen.page.getByText("The events up to number 1 are in archives").count(), times, place);
        await leave(seen);
    }
});

test("an event of a second company is proved to who reaches both, but not everything", async () => {
    const seen = await at("audit?of=12", {me: {sOperator: "otto@acme.example", sName: "Otto", sRole: "auditor", bEverything: false},
        "audit/list": {aEvents: [event(9, 0, "login.granted", {sCompany: "northern"})]}});
    await seen.page.getByRole("button", {name: /^Prove/}).click();
    await seen.page.getByRole("link", {name: "Save the proof"}).waitFor();
    assert.deepEqual(seen.asked("audit/prove"), [{sInCompany: "northern", sSeq: "9"}]);
    await leave(seen);
});

test("alarms stand beside the reports for who reaches everything, and a report is not both", async () => {
    const seen = await at("alarms");
    await seen.page.getByRole("table", {name: "Of the server"}).waitFor();
    assert.equal(await seen.page.getByRole("table", {name: "Of the server"}).getByRole("row").count(), 2, "the header and the certificate");
    await leave(seen);
    const few = await at("alarms", {me: {sOperator: "otto@acme.example", sName: "Otto", sRole: "auditor", bEverything: false}});
    assert.equal(await few.page.getByText("Of the server").count(), 0);
    await leave(few);
});

test("a session that the server has ended leads to the sign-in", async () => {
    const seen = await at("people");
    await seen.page.route("**/api/admin/audit/list", (route) => route.fulfill({status: 401, json: {result: "SignedOut"}}));
    await seen.page.getByRole("link", {name: "Audit"}).click();
    await seen.page.getByRole("button", {name: "Sign in with a passkey"}).waitFor();
    assert.equal(await seen.page.locator("nav a").count(), 0);
    await leave(seen);
});

/** So many requests later: what the page does by itself after an answer has been done. */
const afterwards = (page) => page.evaluate(async () => {
    for (let i = 0; i < 5; i++)
        await fetch("../../healthz");
});

/** Holds the answer to an operation until it is let go. */
async function held(page, operation) {
    let letGo;
    const gate = new Promise((resolve) => { letGo = resolve; });
    await page.route(`**/api/admin/${operation}`, async (route) => {
        await gate;
        await route.fulfill({json: {result: "OK"}});
    });
    return async () => {
        const answered = page.waitForResponse(`**/api/admin/${operation}`);
        letGo();
        await answered;
        await afterwards(page);
    };
}

const secrets = (page) => page.locator(".link-made code").allTextContents();

test("a deed that ends late takes nothing away that is shown once", async () => {
    const seen = await at("person/7");
    const end = await held(seen.page, "technician/unlock");
    await seen.page.getByRole("button", {name: "Unlock"}).click();
    await seen.page.getByRole("button", {name: "Enrolment link"}).click();
    assert.deepEqual(seen.asked("technician/enrol"), [], "one at a time");
    await seen.page.getByRole("link", {name: "Technicians"}).click();
    await seen.page.getByLabel("Address", {exact: true}).fill("new@acme.example");
    await seen.page.getByRole("button", {name: "Add"}).click();
    await seen.page.locator(".link-made").waitFor();
    await end();
    assert.deepEqual(await secrets(seen.page), ["maple-otter-3-harbour"]);
    await leave(seen);
});

test("an account that is deleted while another place is on the screen leads nowhere", async () => {
    const seen = await at("person/7");
    const end = await held(seen.page, "technician/delete");
    await seen.page.getByRole("button", {name: "Delete"}).click();
    await seen.page.getByRole("dialog").getByRole("button", {name: "Delete"}).click();
    await seen.page.getByRole("link", {name: "Audit", exact: true}).click();
    await seen.page.getByRole("table", {name: "Events, the newest first"}).waitFor();
    await end();
    assert.ok(seen.page.url().endsWith("#/audit"));
    await leave(seen);
});

test("a question is not asked beyond the place that it was about", async () => {
    const seen = await at("person/7");
    await seen.page.getByRole("button", {name: "New password"}).click();
    await seen.page.getByRole("dialog").waitFor();
    await seen.page.evaluate(() => { location.hash = "#/person/8"; });
    await seen.page.getByRole("dialog").waitFor({state: "detached"});
    await seen.page.getByRole("button", {name: "New password"}).waitFor();
    assert.deepEqual(seen.asked("technician/reset"), []);
    await leave(seen);
});

test("a double click is not a yes", async () => {
    const seen = await at("person/7");
    const button = seen.page.getByRole("button", {name: "Delete"});
    const dialog = seen.page.getByRole("dialog");
    await button.click();
    const box = await dialog.getByRole("button", {name: "Delete"}).boundingBox();
    await seen.page.keyboard.press("Escape");
    await dialog.waitFor({state: "detached"});
    await button.evaluate((node, {x, y}) => Object.assign(node.style, {position: "fixed", left: `${x}px`, top: `${y}px`}), box);
    await seen.page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await afterwards(seen.page);
    assert.deepEqual([seen.asked("technician/delete"), await dialog.count()], [[], 1]);
    await dialog.getByRole("button", {name: "Delete"}).press("Enter");
    await seen.page.getByRole("heading", {name: "Technicians"}).waitFor();
    assert.equal(seen.asked("technician/delete").length, 1);
    await leave(seen);
});

test("nothing that was shown stays in a page that a browser keeps for the way back", async () => {
    const seen = await at("person/7");
    const page = seen.page;
    await page.getByRole("button", {name: "New password"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "New password"}).click();
    await page.locator(".link-made").waitFor();
    const kept = () => page.evaluate(() => document.documentElement.outerHTML);
    assert.ok((await kept()).includes("maple-otter-3-harbour"));
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", {persisted: true})));
    for (const text of ["maple-otter-3-harbour", "ann.archer", "Eve Everett"])
        assert.ok(!(await kept()).includes(text), text);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true})));
    await page.getByRole("heading", {name: "ann.archer@acme.example"}).waitFor();
    assert.equal(seen.asked("me").length, 2, "who is signed in is asked again");
    assert.deepEqual(await secrets(page), []);
    await leave(seen);
});

test("a session that ends while the console opens leaves nothing but the sign-in", async () => {
    for (const ends of ["company/list", "reported/list"]) {
        const desk = await openPhone(browser, {...SIZES.desk, reducedMotion: "reduce"});
        await answerWith(desk.page, {[ends]: {result: "SignedOut"}});
        await desk.page.goto(`${address}/console/admin/#/people`);
        await desk.page.getByRole("button", {name: "Sign in with a passkey"}).waitFor();
        // Whatever it still asks for would have been answered before these.
        await desk.page.evaluate(async () => { for (let i = 0; i < 4; i++) await (await fetch("/api/admin/openapi.json")).text(); });
        assert.equal(await desk.page.locator("nav a").count(), 0, ends);
        assert.equal(await desk.page.evaluate(() => document.body.classList.contains("is-in")), false, ends);
        await leave({desk});
    }
});

test("a console that cannot read which companies there are says so, and does not show that there are none", async () => {
    const seen = await at("people", {"company/list": {result: "UnknownError"}});
    await seen.page.getByRole("alert").waitFor();
    assert.equal(await seen.page.locator("nav a").count(), 0);
    await leave(seen);
});

test("an operator of two companies sees the reports and the sign-ins of both", async () => {
    const me = {sOperator: "otto@acme.example", sName: "Otto", sRole: "helpdesk", bEverything: false};
    const report = (sCompany) => ({sReportId: sCompany, sAt: "2026-11-26T08:00:00Z", sTechnicianId: "7", sEmail: `ann@${sCompany}.example`, sCompany, sSource: "198.51.100.7", sLogin: "1"});
    const changes = {me, "reported/list": ({sInCompany}) => ({aReports: (sInCompany === undefined ? ["acme", "northern"] : [sInCompany]).map(report)}),
        "signins": ({sInCompany, sAfter}) => sAfter !== undefined ? null : sInCompany === undefined ? {result: "CompanyRequired"}
            : {aEvents: [event(9, 0, "login.granted", {sEmail: `bob@${sInCompany}.example`})], sNext: "9"}};
    const seen = await at("alarms", changes);
    assert.equal(await seen.page.locator("nav .count").first().textContent(), "2 Reports that wait");
    assert.deepEqual(seen.asked("reported/list"), [{}, {}]); // to count them, and to show them
    for (const company of ["acme", "northern"])
        await seen.page.getByRole("button", {name: `I take care of it: ann@${company}.example`}).waitFor();
    await seen.page.getByRole("link", {name: "Now"}).click();
    await seen.page.getByRole("link", {name: "bob@acme.example"}).waitFor();
    await seen.page.getByLabel("Company").selectOption("northern");
    await seen.page.getByRole("button", {name: "Find"}).click();
    await seen.page.getByRole("link", {name: "bob@northern.example"}).waitFor();
    await leave(seen);
});

test("an address that someone made up shows a place", async () => {
    for (const [place, heading] of [["constructor", "Now"], ["__proto__/x", "Now"], ["person/%E0%A4%A", "ann.archer@acme.example"]]) {
        const seen = await at(place);
        await seen.page.getByRole("heading", {level: 1, name: heading}).waitFor();
        await leave(seen);
    }
});

test("all languages have the same keys and the same values to fill in; every key is used", async () => {
    const strings = {};
    for (const code of Object.keys(LANGUAGES))
        strings[code] = (await import(new URL(`lang/${code}.js`, JS))).default;
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
    for (const [code, own] of Object.entries(strings)) {
        assert.deepEqual(Object.keys(own), Object.keys(strings.en), code);
        for (const [key, text] of Object.entries(own))
            assert.deepEqual(names(text), names(strings.en[key]), `${code} ${key}`);
    }
    const files = (await readdir(JS, {recursive: true})).filter((file) => file.endsWith(".js") && !file.includes("lang/"));
    const source = (await Promise.all(files.map((file) => readFile(new URL(file, JS), "utf8")))).join("\n");
    const made = /^(problem|state|role|event|cause|device|address|lock\.by)\./;
    for (const key of Object.keys(strings.en))
        assert.ok(source.includes(`"${key.replace(/\.(one|other)$/, "")}"`) || made.test(key), `${key} is not used`);
});

test("nothing of the console reads HTML, and only the API's module uses the network", async () => {
    const files = (await readdir(JS, {recursive: true})).filter((file) => file.endsWith(".js"));
    for (const file of files) {
        const source = await readFile(new URL(file, JS), "utf8");
        assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(source), file);
        assert.ok(file === "api.js" || !/\bfetch\(|XMLHttpRequest/.test(source), file);
    }
});
