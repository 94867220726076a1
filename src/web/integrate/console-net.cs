// A whole console for .NET 8 and later: the Program.cs of `dotnet new console`, without a package: dotnet run SERVER EMAIL
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using System.Xml.Linq;

class Service {
    static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    static readonly XNamespace Ours = "http://microsoft.com/webservices/";
    // One handler keeps one session: its cookies.
    readonly HttpClient http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
    readonly string address;

    public Service(string server) {
        address = server + "/WebServices/TechnicianConsole.asmx";
        http.DefaultRequestHeaders.Add("Prefer", "wait=20"); // the server may hold a check until something happens
    }

    // The members of the answer by name; the one named "result" is its Result. A fault or an error of HTTP is an exception.
    public async Task<Dictionary<string, string>> Call(string operation, params (string Name, string Value)[] members) {
        var body = new XElement(Ours + operation, members.Select(m => new XElement(Ours + m.Name, m.Value)));
        var envelope = new XElement(Soap + "Envelope", new XElement(Soap + "Body", body));
        var request = new HttpRequestMessage(HttpMethod.Post, address) {
            Content = new StringContent(envelope.ToString(SaveOptions.DisableFormatting), Encoding.UTF8, "text/xml")
        };
        request.Headers.Add("SOAPAction", "\"" + Ours.NamespaceName + operation + "\"");
        using (HttpResponseMessage response = await http.SendAsync(request)) {
            response.EnsureSuccessStatusCode();
            XElement answer = XElement.Parse(await response.Content.ReadAsStringAsync());
            XElement first = answer.Element(Soap + "Body").Element(Ours + (operation + "Response"));
            return first.Elements().ToDictionary(
                e => e.Name.LocalName == operation + "Result" ? "result" : e.Name.LocalName, e => e.Value);
        }
    }
}

static class Program {
    static Service service;

    static string Ask(string question) { // a real console does not show a password while it is typed
        Console.Write(question);
        return Console.ReadLine() ?? "";
    }

    static async Task<string> AskThePhone(string token) {
        var push = await service.Call("twoFactorSendPushAuth", ("sLoginToken", token));
        while (push["result"] == "loginTwoFactorRet_TwoFactorError" && push["iExpiresIn"] != "0") {
            Console.WriteLine("The phone can be asked again in " + push["iExpiresIn"] + " seconds.");
            await Task.Delay(TimeSpan.FromSeconds(int.Parse(push["iExpiresIn"])));
            push = await service.Call("twoFactorSendPushAuth", ("sLoginToken", token));
        }
        if (push["result"] != "loginTwoFactorRet_OK")
            return push["result"];
        Console.WriteLine("Type " + push["sMatchNumber"] + " on the phone.");
        while (true) {
            var check = await service.Call("twoFactorCheckPushAuthStatus", ("sLoginToken", token),
                ("sPushToken", push["sPushToken"]));
            if (check["result"] != "loginTwoFactorRet_Poll")
                return check["result"];
            await Task.Delay(TimeSpan.FromSeconds(int.Parse(push["iPollInterval"])));
        }
    }

    static async Task<string> SecondFactor(string token) {
        while (true) {
            string code = Ask("Code, or Enter to ask the phone: ");
            if (code == "")
                return await AskThePhone(token);
            var answer = await service.Call("twoFactorValidateCode", ("sLoginToken", token), ("sCode", code));
            if (answer["result"] != "loginTwoFactorRet_InvalidCode")
                return answer["result"];
            Console.WriteLine("That code is wrong, or was used already.");
        }
    }

    static async Task<string> SignIn(string email) {
        string password = Ask("Password: ");
        var login = await service.Call("loginTechnicianFromStandalone_v7_2", ("sEmail", email), ("sPassword", password),
            ("sLanguage", "en"));
        while (true) {
            string result = login["result"]; // map results by name, never by number
            if (result == "login_v2_OkTwoFactorAuthenticationRequired")
                result = await SecondFactor(login["sLoginToken"]);
            else if (result == "login_v2_OkTwoFactorSetupRequired")
                Console.WriteLine("Set up a second factor first: " + login["sTwoFactorSetupUrl"]);
            if (!result.EndsWith("_UserPasswordExpired"))
                return result;
            string newPassword = Ask("The password has expired. New password: ");
            login = await service.Call("loginTechnicianWithNewPassword_v7_2", ("email", email), ("oldPassword", password),
                ("newPassword", newPassword));
            password = newPassword;
        }
    }

    static async Task<int> Run(string[] args) {
        service = new Service(args[0]);
        string result = await SignIn(args[1]);
        if (!result.EndsWith("_OK")) {
            Console.Error.WriteLine("Not signed in: " + result);
            return 1;
        }
        Console.WriteLine("Signed in.");
        Ask("Enter signs out. ");
        Console.WriteLine("Session: " + (await service.Call("keepConsoleAlive"))["result"]); // every few minutes
        Console.WriteLine("Signed out: " + (await service.Call("logoutTechnician"))["result"]);
        return 0;
    }

    static int Main(string[] args) {
        return Run(args).GetAwaiter().GetResult();
    }
}
