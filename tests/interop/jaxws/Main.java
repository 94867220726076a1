import com.sun.xml.ws.api.message.Headers;
import com.sun.xml.ws.developer.WSBindingProvider;
import java.net.URL;
import javax.xml.soap.MessageFactory;
import javax.xml.soap.SOAPConstants;
import javax.xml.soap.SOAPHeaderElement;
import javax.xml.namespace.QName;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Holder;
import javax.xml.ws.soap.SOAPFaultException;
import stub.*;

/** A console made of the JAX-WS reference implementation: see tests/interop/README.md. */
class Main {
    private final TechnicianConsoleSoap port;

    Main(TechnicianConsoleSoap port) {
        this.port = port;
    }

    private static SOAPHeaderElement probe(boolean is12) throws Exception {
        var factory = MessageFactory.newInstance(is12 ? SOAPConstants.SOAP_1_2_PROTOCOL : SOAPConstants.SOAP_1_1_PROTOCOL);
        var header = factory.createMessage().getSOAPHeader().addHeaderElement(new QName("urn:probe", "Probe"));
        header.setMustUnderstand(true);
        return header;
    }

    private void signIn(String email, String password) throws Exception {
        var result = new Holder<LoginV2>();
        var token = new Holder<String>();
        port.loginTechnicianFromStandaloneV72(email, password, "en", result, token, new Holder<Short>(),
            new Holder<Integer>(), new Holder<Boolean>(), new Holder<String>(), new Holder<Short>(),
            new Holder<String>(), new Holder<ArrayOfTwoFactorAuthenticationMethod>());
        System.out.println("login " + result.value.value());
        if (result.value != LoginV2.LOGIN_V_2_OK_TWO_FACTOR_AUTHENTICATION_REQUIRED) {
            System.out.println("end " + result.value.value());
            return;
        }
        var push = new Holder<String>();
        var number = new Holder<String>();
        port.twoFactorSendPushAuth(token.value, new Holder<LoginTwoFactorRet>(), push, number, new Holder<Integer>(),
            new Holder<Integer>());
        System.out.println("number " + number.value);
        var check = new Holder<LoginTwoFactorRet>();
        do {
            Thread.sleep(200);
            port.twoFactorCheckPushAuthStatus(token.value, push.value, check, new Holder<Short>(), new Holder<Integer>(),
                new Holder<Boolean>(), new Holder<String>(), new Holder<Short>());
            System.out.println("check " + check.value.value());
        } while (check.value == LoginTwoFactorRet.LOGIN_TWO_FACTOR_RET_POLL);
        System.out.println("end " + check.value.value());
    }

    public static void main(String[] args) throws Exception {
        boolean is12 = args[2].equals("1.2");
        var service = new TechnicianConsole(new URL(args[0]));
        var port = is12 ? service.getTechnicianConsoleSoap12() : service.getTechnicianConsoleSoap();
        ((BindingProvider) port).getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, args[1]);
        if (args[3].equals("fault"))
            ((WSBindingProvider) port).setOutboundHeaders(Headers.create(probe(is12)));
        try {
            new Main(port).signIn(args[4], args[5]);
        } catch (SOAPFaultException e) {
            System.out.println("fault " + e.getFault().getFaultString());
        }
    }
}
