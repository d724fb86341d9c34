// SPDX-FileCopyrightText: 2026 drimm contributors
// SPDX-License-Identifier: Apache-2.0

import java.io.FileInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Verifies an enveloped XML signature with the key of a certificate: java Verifier CERTIFICATE LIST... */
public class Verifier {
    public static void main(String[] args) throws Exception {
        X509Certificate certificate;
        try (FileInputStream in = new FileInputStream(args[0])) {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        for (int i = 1; i < args.length; i++) {
            System.out.println(verify(certificate, args[i]) ? "OK" : "FAUX");
        }
    }

    private static boolean verify(X509Certificate certificate, String path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document document = factory.newDocumentBuilder().parse(path);
        NodeList properties = document.getElementsByTagNameNS("http://uri.etsi.org/01903/v1.3.2#", "SignedProperties");
        NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        Node signature = signatures.item(0);
        DOMValidateContext context = new DOMValidateContext(KeySelector.singletonKeySelector(certificate.getPublicKey()), signature);
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        for (int i = 0; i < properties.getLength(); i++) {
            context.setIdAttributeNS((Element) properties.item(i), null, "Id");
        }
        return XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context).validate(context);
    }
}
