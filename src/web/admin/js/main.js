// SPDX-License-Identifier: Apache-2.0
// The operator's console: who is signed in, which place is shown, and what is always in sight. Enter at start().
import {h} from "../../../approve/js/dom.js";
import {deviceName} from "../../../approve/js/platform.js";
import {createFrame} from "../../../approve/js/views/frame.js";
import {createApi} from "./api.js";
import {signIn, useLink} from "./session.js";
import {alarmsView} from "./views/alarms.js";
import {auditView} from "./views/audit.js";
import {problem} from "./views/common.js";
import {companyView} from "./views/company.js";
import {linkView, signInView} from "./views/entrance.js";
import {figuresView} from "./views/figures.js";
import {liveView} from "./views/live.js";
import {peopleView} from "./views/people.js";
import {personView, storyView} from "./views/person.js";
import {sessionsView} from "./views/sessions.js";
import {consoleWords} from "./words.js";

/** Roles, each with the rights of those before it. */
const ROLES = ["auditor", "helpdesk", "admin", "owner"];
/** What a place shows, by the first part of its address; those with a name are in the navigation. */
const PLACES = {
    live: {view: liveView, name: "live.title"}, people: {view: peopleView, name: "people.title"},
    sessions: {view: sessionsView, name: "consoles.title"},
    alarms: {view: alarmsView, name: "alarms.title", needs: "reported/list"}, company: {view: companyView, name: "company.title"},
    figures: {view: figuresView, name: "figures.title"}, audit: {view: auditView, name: "audit.title"},
    person: {view: personView, of: "people"}, story: {view: storyView, of: "people"}};
/** How often the reports that wait are counted, in milliseconds. */
const LOOK = 15_000;
const LINK = /^#([A-Za-z0-9_-]{16,128})$/;

const words = consoleWords();
const t = words.t;
const frame = createFrame(document.body, () => words);
const api = createApi(new URL("../../../api/admin/", import.meta.url).href, {signedOut: () => leave()});
const call = api.call;
const nav = h("nav", {class: "places", "aria-label": t("nav")});
document.querySelector("main").before(nav);

let me = null;
let companies = [];
/** What this server can do: a button for anything else would only fail. */
let operations = new Set();
let alarms = 0;
/** The place that is being loaded; an older one that arrives late is not shown. */
let round = 0;
let timer;

// ---- who -------------------------------------------------------------------------------------------------------------------

function leave() {
    me = null;
    clearTimeout(timer);
    document.body.classList.remove("is-in");
    nav.replaceChildren();
    alarms = 0;
    round++;
    frame.dismiss();
    frame.show(signInView(words, async () => {
        const answer = await signIn(call);
        if (answer.result === "OK")
            await enter();
        return answer;
    }));
}

async function enter() {
    const answer = await call("me");
    const listed = answer.result === "OK" ? await api.whole("company/list", "aCompanies") : answer;
    if (listed.result !== "OK") {
        if (listed.result !== "SignedOut")
            frame.show({title: t("nav"), body: h("section", {class: "narrow"}, h("h1", {}, t("nav")), problem(words, listed))});
        return;
    }
    operations = await api.operations();
    companies = listed.aCompanies;
    me = answer;
    document.body.classList.add("is-in");
    await count();
    if (me !== null)
        await route();
}

async function welcome(link) {
    // The link is a secret: it stays neither in the address bar nor in the history.
    history.replaceState(null, "", location.pathname);
    const answer = await call("link/look", {sLink: link});
    if (answer.result !== "OK") {
        frame.show({title: t("link.title"), body: h("section", {class: "narrow"}, h("h1", {}, t("link.title")), problem(words, answer))});
        return;
    }
    frame.show(linkView(words, {welcome: answer, name: deviceName(navigator.userAgent), async use(name) {
        const used = await useLink(call, link, answer, name);
        if (used.result === "OK")
            leave();
        return used;
    }}));
}

// ---- where -----------------------------------------------------------------------------------------------------------------

const may = (role, operation) => ROLES.indexOf(me.sRole) >= ROLES.indexOf(role) && operations.has(operation);
/** A place without what it shows is left out. */
const isThere = ({name, needs}) => name !== undefined && (needs === undefined || operations.has(needs));

function drawNav(current) {
    const entry = ([path, {name}]) => h("li", {}, h("a", {href: `#/${path}`, "aria-current": path === current ? "page" : undefined}, t(name),
        path === "alarms" && alarms > 0 ? h("span", {class: "count"}, String(alarms), h("span", {class: "aloud"}, ` ${t("alarms.open")}`)) : null));
    const out = h("button", {type: "button", class: "quiet", onclick: async () => {
        await call("signout");
        leave();
    }}, t("signout"));
    nav.replaceChildren(h("ul", {}, Object.entries(PLACES).filter(([, place]) => isThere(place)).map(entry),
        h("li", {class: "who"}, h("span", {}, `${me.sName ?? me.sOperator} · ${t(`role.${me.sRole}`)}`), out)));
}

/** Counts the reports that wait, now and again. */
async function count() {
    clearTimeout(timer);
    if (!operations.has("reported/list"))
        return;
    const answer = await call("reported/list");
    if (me === null)
        return;
    const open = (answer.aReports ?? []).filter(({sTakenBy}) => sTakenBy === undefined).length;
    if (answer.result === "OK" && open !== alarms) {
        if (open > alarms)
            frame.say(t("alarms.open"));
        alarms = open;
        drawNav(placeNow().current);
    }
    timer = setTimeout(() => void count(), LOOK);
}

/** A part of an address, which anyone may have made: what cannot be decoded is taken as it is. */
function decoded(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

function placeNow() {
    const [, path = "", query = ""] = /^#\/([^?]*)\??(.*)$/.exec(location.hash) ?? [];
    const [asked, ...parts] = path.split("/").map(decoded);
    const name = Object.hasOwn(PLACES, asked) ? asked : "live";
    return {place: PLACES[name], parts, asked: new URLSearchParams(query), current: PLACES[name].of ?? name};
}

async function route() {
    const mine = ++round;
    const {place, parts, asked, current} = placeNow();
    frame.dismiss();
    drawNav(current);
    /** What a deed made elsewhere meanwhile must not take away what is on the screen now. */
    const here = (act) => mine === round ? act() : undefined;
    const screen = await place.view({call, whole: api.whole, words, t, may, companies, isEverywhere: me.bEverything === true,
        deed: {isBusy: false}, reload: () => here(async () => { await count(); await here(route); }), go: (to) => here(() => { location.hash = to; }),
        confirm: frame.confirm, say: frame.say}, asked, ...parts);
    if (mine === round && me !== null)
        frame.show(screen);
    else
        screen.leave?.();
}

async function arrive() {
    const link = LINK.exec(location.hash);
    if (link !== null)
        await welcome(link[1]);
    else if (me !== null)
        await route();
    else
        await enter();
}

/** Another page follows. A browser may keep this one for the way back: nothing that it showed may stay in it. */
function vanish() {
    if (me === null)
        return;
    me = null;
    clearTimeout(timer);
    round++;
    frame.dismiss();
    nav.replaceChildren();
    frame.show({title: t("nav"), body: h("section", {}, h("h1", {}, t("nav")))});
}

addEventListener("hashchange", () => void arrive());
addEventListener("pagehide", vanish);
addEventListener("pageshow", ({persisted}) => persisted && void arrive());
await arrive();
