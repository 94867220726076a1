// SPDX-License-Identifier: Apache-2.0
// A stand-in for the operator's API, for the looks of every view: people and companies that do not exist. What it answers has the
// form of src/contract/types.def; stories run against the real server (admin.test.mjs).
import {readFile} from "node:fs/promises";

const QR = (await readFile(new URL("example.qr", import.meta.url), "utf8")).trim().replaceAll("\n", " ");
const at = (minutes) => new Date(Date.parse("2026-11-26T09:00:14Z") - minutes * 60_000).toISOString();
export const event = (sSeq, minutes, sEvent, more = {}) => ({sSeq: String(sSeq), sAt: at(minutes), sEvent, sWords: "an event of the audit log",
    sTechnicianId: "7", sEmail: "ann.archer@acme.example", sCompany: "acme", sActor: "device:5120943277410365112", sSource: "203.0.113.24",
    sDetail: JSON.stringify({login: "412", purpose: "sign-in", console: "Technician Console 7.2"}), ...more});

const EVENTS = [event(9, 0, "login.granted"), event(8, 1, "push.approved"), event(7, 1, "push.sent", {sActor: "system"}),
    event(6, 3, "login.refused", {sEmail: "bob.baker@acme.example"}), event(5, 9, "account.locked", {sEmail: "bob.baker@acme.example"}),
    event(4, 30, "push.reported", {sSource: "2001:db8:85a3:8d3:1319:8a2e:370:7348"}), event(3, 45, "device.enrolled", {sWords: "a phone was enrolled"}),
    event(2, 80, "policy.set", {sTechnicianId: undefined, sEmail: undefined, sWords: "a policy was set, or went back to its default"})];

const COMPANIES = [{sCompany: "acme", sTitle: "Acme Support", sState: "active", sPlan: "enterprise", bEnterpriseOn: true, sCreated: at(90_000)},
    {sCompany: "northern", sTitle: "Northern Lights Field Service", sState: "active", sPlan: "standard", bEnterpriseOn: false, sCreated: at(9_000)}];

const ANN = {sTechnicianId: "7", sEmail: "ann.archer@acme.example", sName: "Ann Archer", sCompany: "acme", sState: "locked", bTechnician: true,
    bRole: true, bPassword: true, bTotp: true, sCreated: at(90_000)};

const SESSIONS = [{sSessionId: "3", sTechnicianId: "7", sEmail: ANN.sEmail, sSource: "203.0.113.24", sConsole: "Technician Console 7.2", bSecondFactor: true,
    sCreated: at(70), sSeen: at(1), sEnds: at(-500)}, {sSessionId: "4", sTechnicianId: "8", sEmail: "bob.baker@acme.example", sSource: "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    sConsole: "Console in the workshop", bSecondFactor: false, sCreated: at(40), sSeen: at(9), sEnds: at(-500)}];

const days = Array.from({length: 7}, (_, i) => ({sDay: `2026-11-${20 + i}`, sCompany: "acme", iOk: 120 + 13 * i, iRefused: 9 + 5 * (i % 3),
    iPushes: 140 + 12 * i, iApprovals: 115 + 13 * i, iMedian: 7, iP95: 22}));

const policy = (sKey, sValue, sValues, sMeaning, set) => ({sKey, sValue, sDefault: sValue, sValues, sMeaning, bEnterprise: false,
    ...set ? {sSetBy: "operator:eve@acme.example", sSetAt: at(80)} : {}});

/** Answers by operation; those with a function get the members. */
export const ANSWERS = {
    "me": {sOperator: "eve@acme.example", sName: "Eve Everett", sRole: "owner", bEverything: true},
    "company/list": {aCompanies: COMPANIES},
    "company/show": {aCompanies: COMPANIES.slice(0, 1), aPolicies: [
        policy("second_factor", "required", "required or off", "required, or off: then the password alone signs in, and must be longer"),
        policy("push_digits", "3", "2 to 6", "digits of that number", true),
        policy("passkey", "offered", "off, offered or required", "off, offered or required: a passkey in addition to a phone's key")]},
    "policy/preview": {iTechnicians: 412, iSessions: 3, iPushes: 1, iUnready: 17},
    "session/list": ({sAfter}) => sAfter === undefined ? {aSessions: SESSIONS, sNext: "1-3"} : {aSessions: SESSIONS.slice(1)},
    "address/list": {aRules: [{sRuleId: "1", sVerdict: "allow", sNet: "203.0.113.0/24"}, {sRuleId: "2", sVerdict: "deny", sNet: "2001:db8::/32"}]},
    "technician/list": {aTechnicians: [ANN, {...ANN, sTechnicianId: "8", sEmail: "bob.baker@acme.example", sName: "Bob Baker", sState: "active"}], sNext: "x"},
    "technician/show": {aTechnicians: [ANN], bLocked: true, bMustChange: false, iFailuresLeft: 0, iRecoveryCodes: 7, sPushesRest: at(-40),
        aLocks: [{sKind: "failures", sSince: at(9), sUntil: at(-21)}], aSources: [{sSource: "203.0.113.24", sUntil: at(-6)}],
        aDevices: [{sDeviceId: "5", sName: "Ann's phone", sState: "active", sFingerprint: "6a1f 09c2 e4b7 5d80 31ff", bPasskey: true, sCreated: at(40_000), sSeen: at(2)},
            {sDeviceId: "6", sName: "Workshop tablet, Firefox", sState: "disabled", sFingerprint: "c02a 55d1 07be 9a4c 6f38", bPasskey: false, sCreated: at(90_000), sSeen: at(4_000)}],
        aLinks: [{sKind: "operator", sCreated: at(3), sBy: "operator:eve@acme.example", sExpires: at(-12)}],
        aSessions: SESSIONS.slice(0, 1)},
    "technician/enrol": {sUrl: "https://sign-in.acme.example/approve/#2Jm8yD3sCkq0vWxT1bYz4aEfGhIjKlMnOpQrStUvWx0", sQrCode: QR},
    "technician/add": {sTechnicianId: "9", sPassword: "maple-otter-3-harbour"},
    "technician/totp": {sUri: "otpauth://totp/Acme%20Support:ann.archer@acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme%20Support"},
    "technician/recovery": {aRecoveryCodes: Array.from({length: 10}, (_, i) => ({sCode: `K7QD-2M${i}X-W9TP-4HRN`}))},
    "technician/reset": {sPassword: "maple-otter-3-harbour"},
    "explain": {sFrom: "203.0.113.24",
        aAnswers: [{sOperation: "loginTechnicianFromStandalone_v7_2", sResult: "UserLockedOut", sWhy: "too many failures", sMend: "countersign technician unlock ann.archer@acme.example"}],
        aConditions: [{sCondition: "locked", sHolds: "yes", sResult: "UserLockedOut", sWhy: "the account is locked by failures", sValue: "10 of 10 failures",
            sWhere: "company policy", sKey: "lockout_failures"}],
        aBudgets: [], aRefusals: [{sSeq: "6", sAt: at(3), sEvent: "login.refused", sSource: "203.0.113.24", sResult: "InvalidPassword", sWhy: "a wrong password", sLogin: "412"}],
        aSignIns: [{sLogin: "411", sAt: at(300), sSource: "203.0.113.24", sResult: "OK"}, {sLogin: "412", sAt: at(3), sSource: "203.0.113.24", sResult: "abandoned"}],
        aSteps: [{sAt: at(300), iAfter: 0, sWhat: "begun", sText: "right password, by Technician Console 7.2 from 203.0.113.24"},
            {sAt: at(300), iAfter: 900, sWhat: "push", sText: "a request was sent to the phone"},
            {sAt: at(299.8), iAfter: 11_400, sWhat: "phone", sText: "approved on Ann's phone (5)", sDetail: "number right, signature verified"},
            {sAt: at(299.8), iAfter: 200, sWhat: "console", sText: "OK"}]},
    "reported/list": {aReports: [{sReportId: "1", sAt: at(30), sTechnicianId: "7", sEmail: ANN.sEmail, sCompany: "acme", sSource: "198.51.100.77", sLogin: "410"},
        {sReportId: "2", sAt: at(4_000), sTechnicianId: "8", sEmail: "bob.baker@acme.example", sCompany: "acme", sSource: "198.51.100.78", sTakenBy: "operator:eve@acme.example", sTakenAt: at(3_900)}]},
    "audit/list": ({sBefore}) => sBefore === undefined ? {aEvents: EVENTS, sNext: "1", sArchived: "1", sArchivedBefore: at(90)}
        : {aEvents: EVENTS.slice(-1), sArchived: "1", sArchivedBefore: at(90)},
    "audit/prove": {sKey: "sign-in.acme.example/audit+5b1c04a7+AR0wZJbYtMuVTQJpUKcgK4VaXg8LWmQ1kqgkq9Sy2kRm", sProof: "c2sp.org/tlog-proof@v1\n"
        + "extra eyJzZXEiOjksImV2ZW50IjoibG9naW4uZ3JhbnRlZCJ9\nindex 8\nbJ7kq0b3mR0pT9d3k8m2y1v5w4x7z6a9c8e1g3i5k7k=\n\nsign-in.acme.example/audit\n9\n"
        + "s4Yq0b3mR0pT9d3k8m2y1v5w4x7z6a9c8e1g3i5k7m0=\n\n\u2014 sign-in.acme.example/audit WxwEp0J7yq0b3mR0pT9d3k8m2y1v5w4x7z6a9c8e1g3i5k7m0\n"},
    "alarm/list": {aAlarms: [{sAlarmId: "1", sClass: "certificate", sTitle: "a certificate ends soon", sSubject: "node-1", sDetail: "sign-in.acme.example ends in 6 days",
        sRaised: at(400), sSeen: at(20)}, {sAlarmId: "2", sClass: "reported", sTitle: "somebody reported a sign-in", sDetail: "a report waits", sRaised: at(30), sSeen: at(30)}]},
    "signins": ({sAfter}) => sAfter === undefined ? {aEvents: [...EVENTS].reverse(), sNext: "9"} : null,
    "stats": {aDays: days, aCounts: [["wrong_password", 41], ["push_expired", 17], ["push_rejected", 6], ["push_failed", 3], ["push_reported", 1]]
        .map(([sName, iCount]) => ({sDay: "2026-11-26", sCompany: "acme", sKind: "cause", sName, iCount}))},
};

/** What is done, and answered with OK alone. */
const DONE = ["technician/lock", "technician/unlock", "technician/cancel", "technician/selfenrol", "technician/set", "technician/untotp",
    "technician/delete", "device/remove", "device/rename", "device/disable", "device/enable", "session/end", "policy/set", "address/add", "address/remove",
    "reported/take", "signout"];

/** Has the page's calls of the API answered from here. @param {object} [changes] to ANSWERS @returns {[string, object][]} the calls that are made */
export async function answerWith(page, changes = {}) {
    const calls = [];
    const answers = {...ANSWERS, ...changes};
    await page.route("**/api/admin/openapi.json", (route) => route.fulfill({json: {
        paths: Object.fromEntries([...Object.keys(answers), ...DONE].map((name) => [`/api/admin/${name}`, {}]))}}));
    await page.route("**/api/admin/**", async (route) => {
        if (route.request().method() === "GET")
            return route.fallback();
        const operation = new URL(route.request().url()).pathname.replace("/api/admin/", "");
        const members = route.request().postDataJSON();
        calls.push([operation, members]);
        const of = answers[operation];
        const answer = typeof of === "function" ? of(members) : of ?? {};
        // Otherwise the server waits, and so does the page.
        return answer === null ? undefined : route.fulfill({json: {result: "OK", ...answer}});
    });
    return calls;
}
