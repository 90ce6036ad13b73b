package dev.bams3.htsget;

import dev.bams3.view.CriteriaText;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * The self-description of this service (GA4GH service-info 1.0, htsget 1.3 § GA4GH service-info).
 *
 * @param id reverse domain name of this installation
 * @param name for people
 * @param organizationName who runs it
 * @param organizationUrl their address
 * @param version of this software
 */
public record ServiceInfo(String id, String name, String organizationName, String organizationUrl, String version) {
    private static final JsonFactory JSON = new JsonFactory();

    /** The JSON document, UTF-8. {@code bams3}, not of the specification, names what goes beyond it. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("id", id);
            json.writeStringProperty("name", name);
            json.writeStringProperty("version", version);
            json.writeObjectPropertyStart("organization");
            json.writeStringProperty("name", organizationName);
            json.writeStringProperty("url", organizationUrl);
            json.writeEndObject();
            json.writeObjectPropertyStart("type");
            json.writeStringProperty("group", "org.ga4gh");
            json.writeStringProperty("artifact", "htsget");
            json.writeStringProperty("version", Ticket.VERSION);
            json.writeEndObject();
            json.writeObjectPropertyStart("htsget");
            json.writeStringProperty("datatype", "reads");
            json.writeArrayPropertyStart("formats");
            json.writeString(HtsgetFormat.BAM.name());
            json.writeEndArray();
            json.writeBooleanProperty("fieldsParameterEffective", true);
            json.writeBooleanProperty("tagsParametersEffective", true);
            json.writeEndObject();
            json.writeObjectPropertyStart("bams3");
            json.writeArrayPropertyStart("streamFormats");
            for (HtsgetFormat format : HtsgetFormat.values()) {
                json.writeString(format.name());
            }
            json.writeEndArray();
            json.writeStringProperty("parameterPrefix", Extensions.NAMESPACE + ".");
            json.writeArrayPropertyStart("parameters");
            for (String name : CriteriaText.PARAMETERS) {
                json.writeString(name);
            }
            json.writeString(Extensions.LEVEL);
            json.writeString(Extensions.END);
            json.writeString(Extensions.ALLOWED);
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
