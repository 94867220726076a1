// A console made of Mono's WCF: see tests/interop/README.md.
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Text;
using System.Threading;

static class Service {
    public const string Namespace = "http://microsoft.com/webservices/";
}

[MessageContract(WrapperName = "loginTechnicianFromStandalone_v7_2", WrapperNamespace = Service.Namespace)]
public class LoginRequest {
    [MessageBodyMember(Order = 0, Namespace = Service.Namespace)] public string sEmail;
    [MessageBodyMember(Order = 1, Namespace = Service.Namespace)] public string sPassword;
    [MessageBodyMember(Order = 2, Namespace = Service.Namespace)] public string sLanguage;
}

[MessageContract(WrapperName = "loginTechnicianFromStandalone_v7_2Response", WrapperNamespace = Service.Namespace)]
public class LoginReply {
    [MessageBodyMember(Order = 0, Namespace = Service.Namespace)] public string loginTechnicianFromStandalone_v7_2Result;
    [MessageBodyMember(Order = 1, Namespace = Service.Namespace)] public string sLoginToken;
}

[MessageContract(WrapperName = "twoFactorSendPushAuth", WrapperNamespace = Service.Namespace)]
public class SendRequest {
    [MessageBodyMember(Namespace = Service.Namespace)] public string sLoginToken;
}

[MessageContract(WrapperName = "twoFactorSendPushAuthResponse", WrapperNamespace = Service.Namespace)]
public class SendReply {
    [MessageBodyMember(Order = 0, Namespace = Service.Namespace)] public string twoFactorSendPushAuthResult;
    [MessageBodyMember(Order = 1, Namespace = Service.Namespace)] public string sPushToken;
    [MessageBodyMember(Order = 2, Namespace = Service.Namespace)] public string sMatchNumber;
}

[MessageContract(WrapperName = "twoFactorCheckPushAuthStatus", WrapperNamespace = Service.Namespace)]
public class CheckRequest {
    [MessageBodyMember(Order = 0, Namespace = Service.Namespace)] public string sLoginToken;
    [MessageBodyMember(Order = 1, Namespace = Service.Namespace)] public string sPushToken;
}

[MessageContract(WrapperName = "twoFactorCheckPushAuthStatusResponse", WrapperNamespace = Service.Namespace)]
public class CheckReply {
    [MessageBodyMember(Order = 0, Namespace = Service.Namespace)] public string twoFactorCheckPushAuthStatusResult;
    [MessageBodyMember(Order = 1, Namespace = Service.Namespace)] public byte iAttemptRemaining;
    [MessageBodyMember(Order = 2, Namespace = Service.Namespace)] public int iPasswordExpiresIn;
    [MessageBodyMember(Order = 3, Namespace = Service.Namespace)] public bool bIsTCRunning;
}

[ServiceContract(Namespace = Service.Namespace)]
public interface TechnicianConsole {
    [OperationContract(Action = Service.Namespace + "loginTechnicianFromStandalone_v7_2", ReplyAction = "*")]
    LoginReply Login(LoginRequest request);

    [OperationContract(Action = Service.Namespace + "twoFactorSendPushAuth", ReplyAction = "*")]
    SendReply Send(SendRequest request);

    [OperationContract(Action = Service.Namespace + "twoFactorCheckPushAuthStatus", ReplyAction = "*")]
    CheckReply Check(CheckRequest request);
}

static class Program {
    static Binding BindingOf(string version) {
        if (version == "1.1")
            return new BasicHttpBinding();
        var message = MessageVersion.CreateVersion(EnvelopeVersion.Soap12, AddressingVersion.None);
        return new CustomBinding(new TextMessageEncodingBindingElement(message, Encoding.UTF8),
            new HttpTransportBindingElement());
    }

    static void SignIn(TechnicianConsole service, string email, string password) {
        var login = service.Login(new LoginRequest { sEmail = email, sPassword = password, sLanguage = "en" });
        var result = login.loginTechnicianFromStandalone_v7_2Result;
        System.Console.WriteLine("login " + result);
        if (result != "login_v2_OkTwoFactorAuthenticationRequired") {
            System.Console.WriteLine("end " + result);
            return;
        }
        var push = service.Send(new SendRequest { sLoginToken = login.sLoginToken });
        System.Console.WriteLine("number " + push.sMatchNumber);
        var request = new CheckRequest { sLoginToken = login.sLoginToken, sPushToken = push.sPushToken };
        do {
            Thread.Sleep(200);
            result = service.Check(request).twoFactorCheckPushAuthStatusResult;
            System.Console.WriteLine("check " + result);
        } while (result == "loginTwoFactorRet_Poll");
        System.Console.WriteLine("end " + result);
    }

    static void Main(string[] args) {
        var factory = new ChannelFactory<TechnicianConsole>(BindingOf(args[2]), new EndpointAddress(args[1]));
        var service = factory.CreateChannel();
        using (new OperationContextScope((IContextChannel)service)) {
            if (args[3] == "fault") {
                var probe = MessageHeader.CreateHeader("Probe", "urn:probe", "x", true);
                OperationContext.Current.OutgoingMessageHeaders.Add(probe);
            }
            try {
                SignIn(service, args[4], args[5]);
            } catch (FaultException e) {
                System.Console.WriteLine("fault " + e.Message);
            }
        }
    }
}
