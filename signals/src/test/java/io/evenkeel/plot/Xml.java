package io.evenkeel.plot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/// Reads figures back.
final class Xml {
    private Xml() {}

    static Document parse(String svg) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new AssertionError("not well formed: " + svg, e);
        }
    }

    /// The elements that have all of these classes.
    static List<Element> of(Document document, String tag, String... classes) {
        var found = new ArrayList<Element>();
        var all = document.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            var element = (Element) all.item(i);
            if (Arrays.asList(element.getAttribute("class").split(" ")).containsAll(List.of(classes))) {
                found.add(element);
            }
        }
        return found;
    }

    static List<String> texts(String svg) {
        return of(parse(svg), "text").stream().map(Element::getTextContent).toList();
    }
}
