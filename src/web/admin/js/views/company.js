// SPDX-License-Identifier: Apache-2.0
// A company's rules: its policies, each changed after a look at whom that touches, and its rules by address.
import {h} from "../../../../approve/js/dom.js";
import {action, choice, companyChoice, field, findForm, once, placeOf, problem, table, tag, when} from "./common.js";

/** The values that can be chosen from; null: they are typed. "off or on"; "a, b or c"; "0 to 9" has none. */
function valuesOf(text) {
    const values = (text ?? "").split(/, | or /);
    return values.length > 1 && values.every((value) => /^[a-z0-9-]+$/.test(value)) ? values : null;
}

/** What a change would do, as the server found it by trying and taking back. */
function touched(ctx, answer) {
    const {t} = ctx;
    const rows = [["preview.technicians", answer.iTechnicians], ["preview.sessions", answer.iSessions], ["preview.pushes", answer.iPushes],
        ["preview.unready", answer.iUnready]].filter(([, n]) => n >= 0);
    return h("ul", {}, rows.map(([key, n]) => h("li", {}, t(key, {n}))));
}

/** The form that changes a policy, in place of its row's button. */
function changeForm(ctx, sCompany, policy, place) {
    const {t, words} = ctx;
    const values = valuesOf(policy.sValues);
    const input = values === null ? field(policy.sKey, {id: "value", value: policy.sValue})
        : choice(policy.sKey, "value", values.map((value) => [value, value]), policy.sValue);
    const result = h("div", {role: "status"});
    const form = h("form", {novalidate: true}, h("h2", {}, t("policy.change", {key: policy.sKey})),
        h("p", {class: "soft", lang: "en"}, policy.sMeaning), input,
        values === null ? h("p", {class: "soft"}, t("policy.values", {values: policy.sValues})) : null,
        h("div", {class: "actions"}, h("button", {type: "submit", class: "quiet"}, t("policy.preview"))), result);
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const members = {sCompany, sKey: policy.sKey, sValue: form.querySelector("#value").value.trim()};
        const answer = await ctx.call("policy/preview", members);
        result.replaceChildren(...answer.result !== "OK" ? [problem(words, answer)] : [
            h("p", {}, t("preview.text", {key: policy.sKey, value: members.sValue})), touched(ctx, answer),
            h("div", {class: "actions"}, action(ctx, {label: t("policy.set"), kind: "main", trouble: result,
                act: () => ctx.call("policy/set", members)}))]);
    });
    place.replaceChildren(form);
    form.querySelector("#value").focus();
}

function policies(ctx, sCompany, all) {
    const {t, words} = ctx;
    const place = h("div", {});
    const change = (policy) => ctx.may("admin", "policy/preview") && ctx.may("admin", "policy/set") ? h("button", {type: "button", class: "quiet", "aria-label": `${t("change")}: ${policy.sKey}`,
        onclick: () => changeForm(ctx, sCompany, policy, place)}, t("change")) : null;
    return [place, table({caption: t("policies"), rows: all, none: "", columns: [
        [t("policy"), (p) => [h("code", {}, p.sKey), h("div", {class: "soft", lang: "en"}, p.sMeaning)]],
        [t("value"), (p) => [h("strong", {}, p.sValue === "" ? "–" : p.sValue), " ", p.sSetBy === undefined ? tag(t("policy.default"), "plain") : null].filter(Boolean)],
        [t("set"), (p) => p.sSetBy === undefined ? null : [p.sSetBy, " ", when(words, p.sSetAt)]], ["", change]]})];
}

function addresses(ctx, sCompany, rules) {
    const {t} = ctx;
    const trouble = h("div", {});
    const remove = (rule) => ctx.may("admin", "address/remove") ? action(ctx, {label: t("remove"), more: rule.sNet, trouble,
        act: () => ctx.call("address/remove", {sCompany, sRuleId: rule.sRuleId})}) : null;
    const form = h("form", {class: "find", novalidate: true}, h("div", {}, field(t("address.net"), {id: "net", placeholder: "192.0.2.0/24"})),
        h("div", {}, choice(t("address.verdict"), "verdict", [["allow", t("address.allow")], ["deny", t("address.deny")]], "allow")),
        h("div", {}, h("button", {type: "submit", class: "quiet"}, t("address.add"))));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (ctx.deed.isBusy)
            return;
        const answer = await once(ctx, () => ctx.call("address/add", {sCompany, sVerdict: form.querySelector("#verdict").value, sNet: form.querySelector("#net").value.trim()}));
        if (answer.result === "OK")
            await ctx.reload();
        else
            trouble.replaceChildren(problem(ctx.words, answer));
    });
    return [table({caption: t("addresses"), rows: rules, none: t("addresses.none"), columns: [
        [t("address.verdict"), (r) => tag(t(`address.${r.sVerdict}`), r.sVerdict === "allow" ? "calm" : undefined)], [t("address.net"), (r) => r.sNet], ["", remove]]}),
        trouble, ctx.may("admin", "address/add") ? form : null];
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked */
export async function companyView(ctx, asked) {
    const {t, words} = ctx;
    const sCompany = asked.get("company") ?? ctx.companies[0]?.sCompany;
    const head = [h("h1", {}, t("company.title")), findForm(ctx, [companyChoice(ctx, sCompany, false)], (of) => placeOf("company", {company: of("company")}))];
    if (sCompany === undefined)
        return {title: t("company.title"), body: h("section", {}, h("h1", {}, t("company.title")), h("p", {class: "none"}, t("company.none")))};
    const [shown, rules] = await Promise.all([ctx.call("company/show", {sCompany}), ctx.whole("address/list", "aRules", {sCompany})]);
    return {
        title: t("company.title"),
        body: h("section", {}, head, shown.result === "OK" ? policies(ctx, sCompany, shown.aPolicies ?? []) : problem(words, shown),
            rules.result === "OK" ? addresses(ctx, sCompany, rules.aRules) : problem(words, rules)),
    };
}
