// SPDX-License-Identifier: Apache-2.0
// The audit log, searched a page at a time.
import {h} from "../../../../approve/js/dom.js";
import {action, companyChoice, detailOf, eventPerson, eventWords, field, findForm, placeOf, problem, table, when} from "./common.js";

function detail(event) {
    const members = detailOf(event);
    return members.length === 0 ? null
        : h("details", {}, h("summary", {}, event.sEvent),
            h("dl", {class: "detail"}, members.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

/** A text to keep, as a file. */
const file = (name, text, label) => h("a", {class: "button", download: name, href: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}, label);

/** A button that asks for what proves an event to a stranger; it is shown in `place`, which the table of events has no room for. */
function proofOf(ctx, company, event, place) {
    const {t} = ctx;
    return action(ctx, {label: t("audit.prove"), more: `#${event.sSeq}`, trouble: place,
        act: () => ctx.call("audit/prove", {sInCompany: company || undefined, sSeq: event.sSeq}),
        done({sProof, sKey}) {
            place.replaceChildren(h("h2", {}, `${t("audit.prove")}: #${event.sSeq}`), h("p", {}, t("audit.proof")),
                h("p", {}, t("audit.key"), " ", h("code", {}, sKey)),
                h("p", {}, file(`event-${event.sSeq}.tlog-proof`, sProof, t("audit.save"))), h("pre", {}, sProof));
            place.scrollIntoView({block: "nearest"});
            ctx.say(t("audit.proof"));
        }});
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked */
export async function auditView(ctx, asked) {
    const {t, words} = ctx;
    const value = (name) => asked.get(name) ?? "";
    const company = value("company") || (ctx.isEverywhere ? "" : ctx.companies[0]?.sCompany ?? "");
    const answer = await ctx.call("audit/list", {
        sInCompany: value("of") === "" ? company || undefined : undefined, sOfTechnician: value("of") || undefined,
        sEvent: value("event") || undefined, sBefore: value("before") || undefined});
    const proof = h("div", {class: "proof"});
    const prove = (event) => ctx.may("auditor", "audit/prove")
        ? h("div", {}, proofOf(ctx, ctx.isEverywhere ? "" : event.sCompany ?? company, event, proof)) : null;
    const of = {company: value("company"), of: value("of"), event: value("event")};
    return {
        title: t("audit.title"),
        body: h("section", {}, h("h1", {}, t("audit.title")),
            findForm(ctx, [companyChoice(ctx, company, ctx.isEverywhere), field(t("person"), {id: "of", value: value("of")}),
                field(t("audit.event"), {id: "event", value: value("event"), placeholder: "login."})],
            (get) => placeOf("audit", {company: get("company"), of: get("of"), event: get("event")})),
            proof,
            answer.result === "OK" ? table({caption: t("audit.caption"), rows: answer.aEvents ?? [], none: t("audit.none"), columns: [
                ["#", (e) => e.sSeq, "number"], [t("event.when"), (e) => when(words, e.sAt)],
                [t("event.what"), (e) => [eventWords(words, e), detail(e), prove(e)]], [t("person"), eventPerson], [t("audit.actor"), (e) => e.sActor],
                [t("from"), (e) => e.sSource, "address"]]})
                : problem(words, answer),
            answer.sNext === undefined ? null : h("p", {class: "more"}, h("a", {href: placeOf("audit", {...of, before: answer.sNext})}, t("more"))),
            answer.sArchived === undefined || answer.sNext !== undefined ? null
                : h("p", {class: "soft archived"}, t("audit.archived", {n: answer.sArchived}), " ", when(words, answer.sArchivedBefore))),
    };
}
