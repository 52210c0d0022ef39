// HAPI's own server with one application that takes everything. Argument: the port.
import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.parser.GenericModelClassFactory;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.protocol.ReceivingApplicationException;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.io.IOException;
import java.util.Map;

public class HapiReceiver {
    public static void main(String[] arguments) throws Exception {
        DefaultHapiContext context = new DefaultHapiContext(new GenericModelClassFactory());
        context.setValidationContext(ValidationContextFactory.noValidation());
        HL7Service server = context.newServer(Integer.parseInt(arguments[0]), false);
        server.registerApplication(new ReceivingApplication<Message>() {
            public Message processMessage(Message message, Map<String, Object> about) throws ReceivingApplicationException {
                try {
                    return message.generateACK();
                } catch (IOException | HL7Exception error) {
                    throw new ReceivingApplicationException(error);
                }
            }

            public boolean canProcess(Message message) {
                return true;
            }
        });
        server.startAndWait();
    }
}
