// SPDX-License-Identifier: Apache-2.0
// One account: its state and why, what can be done about it, and everything that it has.
import {h} from "../../../../approve/js/dom.js";
import {action, placeOf, problem, seconds, table, tag, when} from "./common.js";
import {deviceButtons, otherDeeds, secret} from "./deeds.js";
import {stateTag} from "./people.js";
import {sessionColumns} from "./sessions.js";

const storyPlace = (id, login) => placeOf(`story/${encodeURIComponent(id)}/${encodeURIComponent(login)}`);

function buttons(ctx, {one, shown, trouble, give}) {
    const {t} = ctx;
    const sTechnician = one.sTechnicianId;
    const held = shown.bLocked || (shown.aSources ?? []).length > 0 || shown.sPushesRest !== undefined;
    const can = (operation) => ctx.may("helpdesk", operation);
    const all = [
        !held || !can("technician/unlock") ? null
            : action(ctx, {label: t("unlock"), kind: "main", trouble, act: () => ctx.call("technician/unlock", {sTechnician})}),
        !can("technician/enrol") ? null : action(ctx, {label: t("enrol"), trouble, act: () => ctx.call("technician/enrol", {sTechnician}),
            done: ({sUrl, sQrCode}) => give(secret(ctx, {title: t("enrol.made"), text: t("enrol.text"), values: [sUrl], qr: sQrCode}))}),
        !can("technician/reset") ? null : action(ctx, {label: t("reset"), trouble, question: {title: t("reset.ask"), text: t("reset.text")},
            act: () => ctx.call("technician/reset", {sTechnician}),
            done: ({sPassword}) => give(secret(ctx, {title: t("reset.made"), text: t("reset.once"), values: [sPassword]}))}),
        shown.bLocked || !can("technician/lock") ? null : action(ctx, {label: t("lock"), kind: "quiet warn", trouble,
            question: {title: t("lock.ask"), text: t("lock.text")}, act: () => ctx.call("technician/lock", {sTechnician})}),
    ];
    return all.some((button) => button !== null) ? h("div", {class: "actions"}, all) : null;
}

/** Why the account cannot sign in, or that it can. */
function reasons(ctx, explained) {
    const {t, words} = ctx;
    if (explained.result !== "OK")
        return problem(words, explained);
    const holding = (explained.aConditions ?? []).filter(({sHolds}) => sHolds === "yes");
    const answers = explained.aAnswers ?? [];
    // What decides an answer need not be a condition: a refused address, an account without a password or a phone.
    const others = answers.filter(({sWhy}) => sWhy && !holding.some((one) => sWhy.startsWith(one.sWhy)));
    const decisive = answers.find(({sWhy}) => sWhy) ?? answers.at(-1);
    return h("div", {}, h("h2", {}, t("why")),
        decisive === undefined ? null : h("p", {}, t("why.answer"), " ", h("code", {}, decisive.sResult)),
        holding.length + others.length === 0 ? h("p", {class: "none"}, t("why.none"))
            : h("ul", {}, others.map((one) => h("li", {lang: "en"}, one.sWhy)),
                holding.map((one) => h("li", {lang: "en"}, one.sWhy, one.sValue ? ` (${one.sValue})` : ""))));
}

function lists(ctx, {one, shown, explained, trouble, give}) {
    const {t, words} = ctx;
    return [
        table({caption: t("devices"), rows: shown.aDevices ?? [], none: t("devices.none"), columns: [
            [t("name"), (d) => d.sName], [t("state"), (d) => [tag(t(`device.${d.sState}`), d.sState === "active" ? "calm" : undefined),
                d.bPasskey ? [" ", tag(t("passkey"), "plain")] : null].flat()],
            [t("fingerprint"), (d) => h("code", {}, d.sFingerprint)], [t("seen"), (d) => when(words, d.sSeen)], ["", (d) => deviceButtons(ctx, {trouble, give}, d)]]}),
        table({caption: t("sessions"), rows: shown.aSessions ?? [], none: t("sessions.none"), columns: sessionColumns(ctx, trouble)}),
        table({caption: t("links"), rows: shown.aLinks ?? [], none: t("links.none"), columns: [
            [t("links.by"), (l) => l.sBy], [t("since"), (l) => when(words, l.sCreated)], [t("until"), (l) => when(words, l.sExpires)]]}),
        table({caption: t("signins"), rows: explained.aSignIns ?? [], none: t("signins.none"), kind: (s) => s.sResult === "OK" ? "good" : undefined,
            columns: [[t("event.when"), (s) => h("a", {href: storyPlace(one.sTechnicianId, s.sLogin)}, when(words, s.sAt))],
                [t("result"), (s) => h("code", {}, s.sResult)], [t("from"), (s) => s.sSource, "address"]]}),
        table({caption: t("refusals"), rows: explained.aRefusals ?? [], none: t("refusals.none"), kind: () => "bad", columns: [
            [t("event.when"), (r) => r.sLogin === undefined ? when(words, r.sAt)
                : h("a", {href: storyPlace(one.sTechnicianId, r.sLogin)}, when(words, r.sAt))],
            [t("why"), (r) => h("span", {lang: "en"}, r.sWhy)], [t("from"), (r) => r.sSource, "address"]]}),
    ];
}

function locks(ctx, shown) {
    const {t, words} = ctx;
    const until = (lock) => lock.sUntil === undefined ? t("lock.forever") : words.moment(new Date(lock.sUntil));
    return [...(shown.aLocks ?? []).map((lock) => h("p", {}, t(`lock.by.${lock.sKind}`, {until: until(lock)}))),
        ...(shown.aSources ?? []).map(({sSource, sUntil}) => h("p", {}, t("lock.source", {source: sSource, until: words.moment(new Date(sUntil))}))),
        shown.sPushesRest === undefined ? null : h("p", {}, t("lock.rest", {until: words.moment(new Date(shown.sPushesRest))}))];
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked @param {string} id */
export async function personView(ctx, asked, id) {
    const {t, words} = ctx;
    const [shown, explained] = await Promise.all([ctx.call("technician/show", {sTechnician: id}), ctx.call("explain", {sTechnician: id})]);
    const one = shown.aTechnicians?.[0];
    if (shown.result !== "OK" || one === undefined)
        return {title: t("person"), body: h("section", {}, h("h1", {}, t("person")), problem(words, shown))};
    const trouble = h("div", {}), made = h("div", {});
    const give = (node) => {
        made.replaceChildren(node);
        node.focus();
        node.scrollIntoView({block: "nearest"});
    };
    const desk = {one, shown, explained, trouble, give};
    return {
        title: one.sEmail,
        body: h("section", {}, h("h1", {}, one.sEmail),
            h("p", {}, one.sName, " · ", one.sCompany, " ", stateTag(words, one.sState)), locks(ctx, shown), trouble, made,
            buttons(ctx, desk),
            reasons(ctx, explained),
            lists(ctx, desk),
            otherDeeds(ctx, desk),
            h("p", {class: "more"}, h("a", {href: placeOf("audit", {of: one.sTechnicianId})}, t("audit.of")))),
    };
}

/** One sign-in, from its beginning. @param {import("./common.js").Context} ctx @param {URLSearchParams} asked @param {string} id @param {string} login */
export async function storyView(ctx, asked, id, login) {
    const {t, words} = ctx;
    const answer = await ctx.call("explain", {sTechnician: id, sLogin: login});
    const steps = answer.aSteps ?? [];
    const conditions = (answer.aConditions ?? []).filter(({sHolds}) => sHolds === "yes");
    return {
        title: t("story.title"),
        body: h("section", {}, h("h1", {}, t("story.title")),
            h("p", {}, h("a", {href: `#/person/${encodeURIComponent(id)}`}, t("story.person"))),
            answer.result === "OK" ? [
                steps.length === 0 ? h("p", {class: "none"}, t("story.none")) : h("ol", {class: "steps"}, steps.map((step) => h("li", {},
                    h("p", {class: "soft"}, when(words, step.sAt), step.iAfter > 0 ? ` · ${t("story.after", {time: seconds(words, step.iAfter / 1_000)})}` : ""),
                    h("p", {lang: "en"}, h("strong", {}, step.sText)), step.sDetail ? h("p", {class: "soft", lang: "en"}, step.sDetail) : null))),
                table({caption: t("story.conditions"), rows: conditions, none: t("why.none"), columns: [
                    [t("result"), (c) => h("code", {}, c.sResult)], [t("why"), (c) => h("span", {lang: "en"}, c.sWhy)],
                    [t("value"), (c) => c.sValue], [t("set"), (c) => [c.sWhere, c.sKey].filter(Boolean).join(" ")]]}),
            ] : problem(words, answer)),
    };
}
