<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>Cases</name>
    <message>
        <source>name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>born</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NHS number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>patient number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>encounter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lab number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>accession</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>control ID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>appointment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>HL7 message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>acknowledgment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>identifier</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Born %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NHS No. %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Messages without an encounter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Encounter %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Encounter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ended %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>since %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wrong check digit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Go</source>
        <translation>Ir</translation>
    </message>
    <message>
        <source>Find and help</source>
        <translation>Buscar y ayuda</translation>
    </message>
    <message>
        <source>What is shown</source>
        <translation>Lo que se muestra</translation>
    </message>
    <message>
        <source>There is no place to go to in that direction.</source>
        <translation>No hay adónde ir en esa dirección.</translation>
    </message>
    <message>
        <source>Link copied.</source>
        <translation>Enlace copiado.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Adelante</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>Panel siguiente</translation>
    </message>
    <message>
        <source>Close what is on top</source>
        <translation>Cerrar lo que está encima</translation>
    </message>
    <message>
        <source>Find anything</source>
        <translation>Buscar cualquier cosa</translation>
    </message>
    <message>
        <source>Keys of this screen</source>
        <translation>Teclas de esta pantalla</translation>
    </message>
    <message>
        <source>Manual and glossary</source>
        <translation>Manual y glosario</translation>
    </message>
    <message>
        <source>Copy a link to this place</source>
        <translation>Copiar un enlace a este lugar</translation>
    </message>
    <message>
        <source>Hide or show patient details</source>
        <translation>Ocultar o mostrar los datos del paciente</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Texto más grande</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Texto más pequeño</translation>
    </message>
    <message>
        <source>Text at 100 %</source>
        <translation>Texto al 100 %</translation>
    </message>
    <message>
        <source>Use dark theme</source>
        <translation>Usar tema oscuro</translation>
    </message>
    <message>
        <source>Use light theme</source>
        <translation>Usar tema claro</translation>
    </message>
    <message>
        <source>Match the system theme</source>
        <translation>Seguir el tema del sistema</translation>
    </message>
</context>
<context>
    <name>ConnectionForm</name>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>e.g. St Elsewhere, test</source>
        <translation>p. ej. Hospital Central, pruebas</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Dirección</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>PRUEBAS</translation>
    </message>
    <message>
        <source>PRODUCTION</source>
        <translation>PRODUCCIÓN</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Entorno</translation>
    </message>
    <message>
        <source>Save and open</source>
        <translation>Guardar y abrir</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Give it a name that no other connection has.</source>
        <translation>Póngale un nombre que no tenga ninguna otra conexión.</translation>
    </message>
    <message>
        <source>The address must look like https://signalbox.example.org:8585, without a password.</source>
        <translation>La dirección debe ser como https://signalbox.example.org:8585, sin contraseña.</translation>
    </message>
</context>
<context>
    <name>ConnectionList</name>
    <message>
        <source>Add a connection…</source>
        <translation>Añadir una conexión…</translation>
    </message>
    <message>
        <source>DEMO</source>
        <translation>DEMO</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>PRUEBAS</translation>
    </message>
    <message>
        <source>PRODUCTION</source>
        <translation>PRODUCCIÓN</translation>
    </message>
    <message>
        <source>Demo hospital on this computer</source>
        <translation>Hospital de demostración en este equipo</translation>
    </message>
    <message>
        <source>Engine on this computer</source>
        <translation>Motor en este equipo</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Abrir</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>Abrir %1</translation>
    </message>
    <message>
        <source>This connection is open.</source>
        <translation>Esta conexión está abierta.</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>Quitar %1</translation>
    </message>
    <message>
        <source>No connection yet.</source>
        <translation>Todavía no hay ninguna conexión.</translation>
    </message>
</context>
<context>
    <name>HelpPage</name>
    <message>
        <source>Pages of the manual</source>
        <translation>Páginas del manual</translation>
    </message>
    <message>
        <source>The manual is not part of this installation.</source>
        <translation>El manual no forma parte de esta instalación.</translation>
    </message>
    <message>
        <source>Reinstall Signalbox to get it back.</source>
        <translation>Vuelva a instalar Signalbox para recuperarlo.</translation>
    </message>
    <message>
        <source>Manual and glossary</source>
        <translation>Manual y glosario</translation>
    </message>
    <message>
        <source>Written in English. F1 shows the keys of each screen in your language.</source>
        <translation>Escrito en inglés. F1 muestra las teclas de cada pantalla en su idioma.</translation>
    </message>
    <message>
        <source>This link leads outside: %1</source>
        <translation>Este enlace lleva fuera: %1</translation>
    </message>
</context>
<context>
    <name>HelpSheet</name>
    <message>
        <source>Keys of this screen</source>
        <translation>Teclas de esta pantalla</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Manual and glossary</source>
        <translation>Manual y glosario</translation>
    </message>
    <message>
        <source>Keys on %1</source>
        <translation>Teclas en %1</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Teclas</translation>
    </message>
    <message>
        <source>Single-letter keys are switched off in Settings.</source>
        <translation>Las teclas de una sola letra están desactivadas en Ajustes.</translation>
    </message>
</context>
<context>
    <name>Investigate</name>
    <message>
        <source>Nothing needs you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%n things need you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 messages received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as last heard at %1, %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grouped by cause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the newest %1 events cannot be searched yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>newest %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open newest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last message %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>usually one every %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has gone silent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deliveries to %1 are paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not take deliveries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>last success %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not heard yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>silent for %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>heard %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To be mapped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To be delivered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dead letters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refused, kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no contact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>up to date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the first %n cases</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%n cases</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from the copy kept here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 answered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 took too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 refused the access token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 could not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That looks like an NHS number, but its check digit is wrong: read it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the copy kept on this computer was searched: no source answers now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not every source answered: what you look for may be there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest messages cannot be searched yet: try again in a moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Names match from the beginning of each word: try the family name alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything typed must fit one case: try one number at a time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try another number from the same label: order, sample, wristband, or the message itself.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LoadingState</name>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
</context>
<context>
    <name>Manual</name>
    <message>
        <source>Page of the manual</source>
        <translation>Página del manual</translation>
    </message>
</context>
<context>
    <name>OfflineBanner</name>
    <message>
        <source>Try now</source>
        <translation>Probar ahora</translation>
    </message>
    <message>
        <source>No source answers.</source>
        <translation>Ninguna fuente responde.</translation>
    </message>
    <message>
        <source>Showing the copy kept here, %1 old.</source>
        <translation>Se muestra la copia guardada aquí, de hace %1.</translation>
    </message>
    <message>
        <source>Trying again in %1.</source>
        <translation>Nuevo intento en %1.</translation>
    </message>
</context>
<context>
    <name>Omnibox</name>
    <message>
        <source>Find a patient, encounter, event ID, accession or order</source>
        <translation>Buscar paciente, episodio, ID de evento, muestra o petición</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Investigate</source>
        <translation>Investigar</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Cronología</translation>
    </message>
    <message>
        <source>Trace</source>
        <translation>Traza</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Bienvenida</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Ayuda</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Find and do</source>
        <translation>Buscar y hacer</translation>
    </message>
    <message>
        <source>Paste or type anything</source>
        <translation>Pegue o escriba cualquier cosa</translation>
    </message>
    <message>
        <source>Paste or type anything: a name, a number, an ID, a command</source>
        <translation>Pegue o escriba cualquier cosa: un nombre, un número, un ID, una orden</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>Lo encontrado</translation>
    </message>
    <message>
        <source>↑ ↓ choose    ↵ open    Tab filter by kind    &gt; actions only    @ people    # event or order ID</source>
        <translation>↑ ↓ elegir    ↵ abrir    Tab filtrar por tipo    &gt; solo acciones    @ personas    # ID de evento o petición</translation>
    </message>
    <message>
        <source>link</source>
        <translation>enlace</translation>
    </message>
    <message>
        <source>Nothing found under this. Commands are searched too.</source>
        <translation>No se encontró nada con esto. También se buscan las órdenes.</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Ir a</translation>
    </message>
    <message>
        <source>Do</source>
        <translation>Hacer</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Reciente</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Pages</source>
        <translation>Páginas</translation>
    </message>
</context>
<context>
    <name>RailButton</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n pendiente</numerusform>
            <numerusform>%n pendientes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Kept in %1</source>
        <translation>Guardado en %1</translation>
    </message>
    <message>
        <source>A setting could not be used: %1</source>
        <translation>No se pudo usar un ajuste: %1</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Conexiones</translation>
    </message>
    <message>
        <source>The hospitals this computer looks at. Tokens go to the system keyring, not into the file.</source>
        <translation>Los hospitales que este equipo consulta. Los tokens van al almacén de claves del sistema, no al archivo.</translation>
    </message>
    <message>
        <source>Appearance and language</source>
        <translation>Aspecto e idioma</translation>
    </message>
    <message>
        <source>Match system</source>
        <translation>Como el sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscuro</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Tema</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>Alto contraste</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Tamaño del texto</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>No animation</source>
        <translation>Sin animación</translation>
    </message>
    <message>
        <source>Text size in per cent</source>
        <translation>Tamaño del texto en tanto por ciento</translation>
    </message>
    <message>
        <source>Keyboard</source>
        <translation>Teclado</translation>
    </message>
    <message>
        <source>Single-letter keys (J, K, G then T, ?)</source>
        <translation>Teclas de una sola letra (J, K, G y luego T, ?)</translation>
    </message>
    <message>
        <source>They never fire while you type. Switch them off if you use speech input.</source>
        <translation>Nunca actúan mientras escribe. Desactívelas si usa dictado por voz.</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>Privacidad</translation>
    </message>
    <message>
        <source>Hide patient details when Signalbox starts</source>
        <translation>Ocultar los datos del paciente al iniciar Signalbox</translation>
    </message>
    <message>
        <source>Names, numbers and birth dates are covered in lists, titles and notices. Ctrl+Shift+P switches.</source>
        <translation>Nombres, números y fechas de nacimiento se tapan en listas, títulos y avisos. Ctrl+Mayús+P cambia.</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Jobs</source>
        <translation>Trabajos</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>Privacidad</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Sin conexión</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>Conectando</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>En directo</translation>
    </message>
    <message>
        <source>Behind</source>
        <translation>Con retraso</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Sin contacto</translation>
    </message>
    <message>
        <source>%1 behind</source>
        <translation>%1 de retraso</translation>
    </message>
    <message>
        <source>copy %1 old</source>
        <translation>copia de hace %1</translation>
    </message>
    <message>
        <source>cache %1</source>
        <translation>caché %1</translation>
    </message>
    <message>
        <source>Patient details hidden</source>
        <translation>Datos del paciente ocultos</translation>
    </message>
    <message>
        <source>Patient details shown</source>
        <translation>Datos del paciente visibles</translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) failed</source>
        <translation>
            <numerusform>%n trabajo ha fallado</numerusform>
            <numerusform>%n trabajos han fallado</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) running</source>
        <translation>
            <numerusform>%n trabajo en curso</numerusform>
            <numerusform>%n trabajos en curso</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Volver a iniciar</translation>
    </message>
</context>
<context>
    <name>TimelineCanvas</name>
    <message>
        <source>Timeline</source>
        <translation>Cronología</translation>
    </message>
    <message>
        <source>now %1</source>
        <translation>ahora %1</translation>
    </message>
    <message>
        <source>Whole stay %1 → now</source>
        <translation>Estancia %1 → ahora</translation>
    </message>
    <message>
        <source>Since %1</source>
        <translation>Desde %1</translation>
    </message>
    <message>
        <source>Orders and results</source>
        <translation>Peticiones y resultados</translation>
    </message>
    <message>
        <source>%n order(s)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%n without a row here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Motor</translation>
    </message>
    <message>
        <source>FHIR store</source>
        <translation>Almacén FHIR</translation>
    </message>
    <message>
        <source>Zoom in to see each of them.</source>
        <translation>Acérquese para ver cada uno.</translation>
    </message>
    <message>
        <source>took %1</source>
        <translation>tardó %1</translation>
    </message>
    <message>
        <source>ordered %1</source>
        <translation>pedido %1</translation>
    </message>
    <message>
        <source>result %1</source>
        <translation>resultado %1</translation>
    </message>
    <message>
        <source>stopped %1</source>
        <translation>detenido %1</translation>
    </message>
    <message>
        <source>due %1</source>
        <translation>previsto %1</translation>
    </message>
    <message>
        <source>Flagged abnormal by the laboratory</source>
        <translation>Marcado como anormal por el laboratorio</translation>
    </message>
    <message>
        <source>duplicate, ignored</source>
        <translation>duplicado, ignorado</translation>
    </message>
    <message>
        <source>held up</source>
        <translation>retenido</translation>
    </message>
    <message>
        <source>code without a map</source>
        <translation>código sin mapa</translation>
    </message>
    <message>
        <source>not readable</source>
        <translation>ilegible</translation>
    </message>
    <message>
        <source>field missing</source>
        <translation>falta un campo</translation>
    </message>
    <message>
        <source>refused by the destination</source>
        <translation>rechazado por el destino</translation>
    </message>
    <message>
        <source>expected by %1</source>
        <translation>esperado antes de %1</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>en espera</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>detenido</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>anulado</translation>
    </message>
    <message>
        <source>no order seen</source>
        <translation>sin petición vista</translation>
    </message>
    <message>
        <source>preliminary, %1</source>
        <translation>preliminar, %1</translation>
    </message>
    <message>
        <source>%1, corrected</source>
        <translation>%1, corregido</translation>
    </message>
    <message>
        <source>%1 late since %2</source>
        <translation>%1 con retraso desde %2</translation>
    </message>
    <message>
        <source>%1 missing since %2</source>
        <translation>falta %1 desde %2</translation>
    </message>
    <message>
        <source>%1 messages, %2 orders</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toasts</name>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>NOT CONNECTED</source>
        <translation>SIN CONEXIÓN</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Fuentes</translation>
    </message>
    <message>
        <source>Help and keys (F1)</source>
        <translation>Ayuda y teclas (F1)</translation>
    </message>
    <message>
        <source>DEMO HOSPITAL</source>
        <translation>HOSPITAL DEMO</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>PRUEBAS</translation>
    </message>
    <message>
        <source>PRODUCTION</source>
        <translation>PRODUCCIÓN</translation>
    </message>
    <message>
        <source>%1 of %2 sources live</source>
        <translation>%1 de %2 fuentes en línea</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Conectando…</translation>
    </message>
    <message>
        <source>No contact</source>
        <translation>Sin contacto</translation>
    </message>
    <message>
        <source>No sources</source>
        <translation>Sin fuentes</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>See every message, from order to result</source>
        <translation>Vea cada mensaje, de la petición al resultado</translation>
    </message>
    <message>
        <source>Nothing leaves this computer until you connect it to something.</source>
        <translation>Nada sale de este equipo hasta que usted lo conecte a algo.</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Bienvenida</translation>
    </message>
    <message>
        <source>Try the demo hospital</source>
        <translation>Probar el hospital de demostración</translation>
    </message>
    <message>
        <source>A small hospital runs on this computer and sends real HL7. Results go missing; find out why.</source>
        <translation>Un pequeño hospital funciona en este equipo y envía HL7 de verdad. Se pierden resultados; averigüe por qué.</translation>
    </message>
    <message>
        <source>Needs no network and no set-up</source>
        <translation>No necesita red ni configuración</translation>
    </message>
    <message>
        <source>Ready in a few seconds</source>
        <translation>Listo en unos segundos</translation>
    </message>
    <message>
        <source>All patients are invented</source>
        <translation>Todos los pacientes son inventados</translation>
    </message>
    <message>
        <source>Start demo hospital</source>
        <translation>Iniciar el hospital demo</translation>
    </message>
    <message>
        <source>Connect to an engine</source>
        <translation>Conectar con un motor</translation>
    </message>
    <message>
        <source>Look at the messages of a Signalbox engine in your hospital, or let one run on this computer.</source>
        <translation>Consulte los mensajes de un motor Signalbox de su hospital, o haga funcionar uno en este equipo.</translation>
    </message>
    <message>
        <source>Tokens go to the system keyring</source>
        <translation>Los tokens van al almacén de claves</translation>
    </message>
    <message>
        <source>Looking changes nothing</source>
        <translation>Mirar no cambia nada</translation>
    </message>
    <message>
        <source>Connect…</source>
        <translation>Conectar…</translation>
    </message>
    <message>
        <source>Test an MLLP interface</source>
        <translation>Probar una interfaz MLLP</translation>
    </message>
    <message>
        <source>Send and receive HL7 with scripted answers, slow links, duplicates and floods.</source>
        <translation>Envíe y reciba HL7 con respuestas programadas, enlaces lentos, duplicados y avalanchas.</translation>
    </message>
    <message>
        <source>Loopback unless you say otherwise</source>
        <translation>Solo en este equipo, salvo que diga otra cosa</translation>
    </message>
    <message>
        <source>Open the harness</source>
        <translation>Abrir el simulador</translation>
    </message>
    <message>
        <source>The harness is not part of this version.</source>
        <translation>El simulador no forma parte de esta versión.</translation>
    </message>
    <message>
        <source>Language, theme and text size</source>
        <translation>Idioma, tema y tamaño del texto</translation>
    </message>
    <message>
        <source>Manual and glossary</source>
        <translation>Manual y glosario</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Teclas</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>There is no page called %1.</source>
        <translation>No hay ninguna página llamada %1.</translation>
    </message>
</context>
</TS>
