package io.weir.jepsen.report;

import io.weir.jepsen.run.FaultWindow;
import io.weir.jepsen.run.RunRecord;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** What the tests of reports share. */
final class Texts {
    private Texts() {}

    /** A run that was like that; the text stands wherever one can. */
    static RunRecord run(String text, List<FaultWindow> faults) {
        boolean isUsual = text.equals("0.1.0");
        return new RunRecord(
                isUsual ? "list-append" : text,
                List.of(isUsual ? "kill-one" : text),
                List.of(isUsual ? "full-disk: needs root" : text),
                7,
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                3,
                List.of("n0", isUsual ? "n1" : text, "n2"),
                faults,
                1_200,
                text,
                isUsual ? "Java 17, Linux, 2 processors" : text,
                isUsual ? "weir jepsen run --seed 7" : text);
    }

    /** Pages are XML as well: so each element is closed, and nothing from outside is taken for markup. */
    static void requireWellFormed(String page) {
        try {
            SAXParserFactory factory = SAXParserFactory.newInstance();
            factory.newSAXParser().parse(new InputSource(new StringReader(page)), new DefaultHandler());
        } catch (SAXException e) {
            throw new AssertionError("not well formed: " + e.getMessage(), e);
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
