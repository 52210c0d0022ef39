<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>AnswerCard</name>
    <message numerus="yes">
        <source>%n attempt(s)</source>
        <translation>
            <numerusform>%n intento</numerusform>
            <numerusform>%n intentos</numerusform>
        </translation>
    </message>
    <message>
        <source>Ctrl+Enter sends the message; the answer shows here, read and judged.</source>
        <translation>Ctrl+Intro envía el mensaje; aquí se ve la respuesta, leída y juzgada.</translation>
    </message>
    <message>
        <source>Nothing was sent yet</source>
        <translation>Todavía no se ha enviado nada</translation>
    </message>
    <message>
        <source>Waiting for the answer</source>
        <translation>A la espera de la respuesta</translation>
    </message>
    <message>
        <source>another message</source>
        <translation>otro mensaje</translation>
    </message>
    <message>
        <source>this message</source>
        <translation>este mensaje</translation>
    </message>
</context>
<context>
    <name>AnswersCard</name>
    <message>
        <source>Answers from the receiver</source>
        <translation>Respuestas del receptor</translation>
    </message>
    <message>
        <source>Nothing has been answered yet.</source>
        <translation>Todavía no hay ninguna respuesta.</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Born</source>
        <translation>Nac.</translation>
    </message>
    <message>
        <source>Gender</source>
        <translation>Sexo</translation>
    </message>
    <message>
        <source>Number without its issuer</source>
        <translation>Número sin su emisor</translation>
    </message>
    <message>
        <source>Numbers of two patients</source>
        <translation>Números de dos pacientes</translation>
    </message>
    <message>
        <source>Female</source>
        <translation>Femenino</translation>
    </message>
    <message>
        <source>Male</source>
        <translation>Masculino</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Otro</translation>
    </message>
    <message>
        <source>NHS No.</source>
        <translation>N.º NHS</translation>
    </message>
    <message>
        <source>MRN</source>
        <translation>N.º historia</translation>
    </message>
</context>
<context>
    <name>CaseList</name>
    <message>
        <source>Cases found</source>
        <translation>Casos encontrados</translation>
    </message>
</context>
<context>
    <name>Cases</name>
    <message>
        <source>name</source>
        <translation>nombre</translation>
    </message>
    <message>
        <source>born</source>
        <translation>nacimiento</translation>
    </message>
    <message>
        <source>NHS number</source>
        <translation>número NHS</translation>
    </message>
    <message>
        <source>patient number</source>
        <translation>número de paciente</translation>
    </message>
    <message>
        <source>encounter</source>
        <translation>episodio</translation>
    </message>
    <message>
        <source>order</source>
        <translation>petición</translation>
    </message>
    <message>
        <source>lab number</source>
        <translation>número de laboratorio</translation>
    </message>
    <message>
        <source>accession</source>
        <translation>muestra</translation>
    </message>
    <message>
        <source>control ID</source>
        <translation>ID de control</translation>
    </message>
    <message>
        <source>document</source>
        <translation>documento</translation>
    </message>
    <message>
        <source>appointment</source>
        <translation>cita</translation>
    </message>
    <message>
        <source>event</source>
        <translation>evento</translation>
    </message>
    <message>
        <source>test traffic</source>
        <translation>tráfico de prueba</translation>
    </message>
    <message>
        <source>trace</source>
        <translation>traza</translation>
    </message>
    <message>
        <source>HL7 message</source>
        <translation>mensaje HL7</translation>
    </message>
    <message>
        <source>acknowledgment</source>
        <translation>acuse de recibo</translation>
    </message>
    <message>
        <source>identifier</source>
        <translation>identificador</translation>
    </message>
    <message>
        <source>Born %1</source>
        <translation>Nac. %1</translation>
    </message>
    <message>
        <source>NHS No. %1</source>
        <translation>N.º NHS %1</translation>
    </message>
    <message>
        <source>Messages without an encounter</source>
        <translation>Mensajes sin episodio</translation>
    </message>
    <message>
        <source>Encounter %1</source>
        <translation>Episodio %1</translation>
    </message>
    <message>
        <source>Encounter</source>
        <translation>Episodio</translation>
    </message>
    <message>
        <source>ended %1</source>
        <translation>terminó %1</translation>
    </message>
    <message>
        <source>since %1</source>
        <translation>desde %1</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>de %1</translation>
    </message>
    <message>
        <source>wrong check digit</source>
        <translation>dígito de control erróneo</translation>
    </message>
</context>
<context>
    <name>Cause</name>
    <message>
        <source>Arrived %1, stopped at “%2”: %3</source>
        <translation>Llegó %1, se detuvo en «%2»: %3</translation>
    </message>
    <message>
        <source>Arrived %1: %3</source>
        <translation>Llegó %1: %3</translation>
    </message>
    <message>
        <source>Likely cause found</source>
        <translation>Causa probable encontrada</translation>
    </message>
    <message>
        <source>Arrived %1 and was refused; it is kept in quarantine: %3</source>
        <translation>Llegó %1 y se rechazó; se conserva en cuarentena: %3</translation>
    </message>
    <message>
        <source>Refused at the door</source>
        <translation>Rechazado en la entrada</translation>
    </message>
    <message>
        <source>Being sent again</source>
        <translation>Enviándose de nuevo</translation>
    </message>
    <message>
        <source>Arrived %1 and waits: %3</source>
        <translation>Llegó %1 y espera: %3</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
    <message>
        <source>next try %1</source>
        <translation>próximo intento %1</translation>
    </message>
    <message>
        <source>A message with this result arrived and stopped on its way. The order was due %1.</source>
        <translation>Un mensaje con este resultado llegó y se detuvo en el camino. La petición vencía %1.</translation>
    </message>
    <message numerus="yes">
        <source>%n attempt(s) so far</source>
        <translation>
            <numerusform>%n intento hasta ahora</numerusform>
            <numerusform>%n intentos hasta ahora</numerusform>
        </translation>
    </message>
    <message>
        <source>Only a preliminary result has come. The final one was due %1, %2 ago.</source>
        <translation>Solo ha llegado un resultado preliminar. El definitivo se esperaba %1, hace %2.</translation>
    </message>
    <message>
        <source>Ordered %3. No message with this result has reached us; it was due %1, %2 ago.</source>
        <translation>Pedido %3. No nos ha llegado ningún mensaje con este resultado; se esperaba %1, hace %2.</translation>
    </message>
    <message>
        <source>Result late</source>
        <translation>Resultado con retraso</translation>
    </message>
    <message>
        <source>Result missing</source>
        <translation>Falta el resultado</translation>
    </message>
    <message>
        <source>Ordered %3; due %1.</source>
        <translation>Pedido %3; previsto %1.</translation>
    </message>
    <message>
        <source>Ordered %3.</source>
        <translation>Pedido %3.</translation>
    </message>
    <message>
        <source>No result yet</source>
        <translation>Aún sin resultado</translation>
    </message>
</context>
<context>
    <name>CauseStrip</name>
    <message>
        <source>Show the field</source>
        <translation>Mostrar el campo</translation>
    </message>
    <message>
        <source>Show the message</source>
        <translation>Mostrar el mensaje</translation>
    </message>
</context>
<context>
    <name>ChartCard</name>
    <message>
        <source>%1: values as a table</source>
        <translation>%1: valores en una tabla</translation>
    </message>
</context>
<context>
    <name>ChecksCard</name>
    <message>
        <source>Checks</source>
        <translation>Comprobaciones</translation>
    </message>
    <message numerus="yes">
        <source>Show %n more</source>
        <translation>
            <numerusform>Mostrar %n más</numerusform>
            <numerusform>Mostrar %n más</numerusform>
        </translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>Mostrar menos</translation>
    </message>
    <message>
        <source>What the scenario demands shows here once a run has begun.</source>
        <translation>Lo que exige el escenario se muestra aquí en cuanto empieza una ejecución.</translation>
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
    <name>ComparePane</name>
    <message>
        <source>Compare with</source>
        <translation>Comparar con</translation>
    </message>
    <message>
        <source>What is compared</source>
        <translation>Qué se compara</translation>
    </message>
    <message>
        <source>as HL7 messages</source>
        <translation>como mensajes HL7</translation>
    </message>
    <message>
        <source>as FHIR resources</source>
        <translation>como recursos FHIR</translation>
    </message>
    <message>
        <source>Event or trace ID</source>
        <translation>ID de evento o traza</translation>
    </message>
    <message>
        <source>ID of the other message</source>
        <translation>ID del otro mensaje</translation>
    </message>
    <message>
        <source>Differences only</source>
        <translation>Solo diferencias</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>Diferencias</translation>
    </message>
    <message>
        <source>what it became (FHIR)</source>
        <translation>en qué se convirtió (FHIR)</translation>
    </message>
    <message>
        <source>same order</source>
        <translation>misma petición</translation>
    </message>
    <message>
        <source>another message, by its ID…</source>
        <translation>otro mensaje, por su ID…</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Comparando…</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Campo</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Valor</translation>
    </message>
    <message>
        <source>Found in FHIR as</source>
        <translation>Hallado en FHIR como</translation>
    </message>
    <message>
        <source>%1 values arrived, %2 were not found</source>
        <translation>%1 valores llegaron, %2 no se encontraron</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Lugar</translation>
    </message>
    <message>
        <source>This message</source>
        <translation>Este mensaje</translation>
    </message>
    <message>
        <source>The other</source>
        <translation>El otro</translation>
    </message>
    <message>
        <source>%1 differ, %2 only here, %3 only there, %4 equal</source>
        <translation>%1 distintos, %2 solo aquí, %3 solo allí, %4 iguales</translation>
    </message>
    <message>
        <source>Nothing to compare</source>
        <translation>Nada que comparar</translation>
    </message>
    <message>
        <source>This message has not become FHIR.</source>
        <translation>Este mensaje no se ha convertido en FHIR.</translation>
    </message>
    <message>
        <source>One of the two sides has no content of this kind.</source>
        <translation>Uno de los dos lados no tiene contenido de este tipo.</translation>
    </message>
    <message>
        <source>Every value arrived</source>
        <translation>Llegaron todos los valores</translation>
    </message>
    <message>
        <source>Each value of the message is found in its FHIR resources.</source>
        <translation>Cada valor del mensaje está en sus recursos FHIR.</translation>
    </message>
    <message>
        <source>No difference</source>
        <translation>Sin diferencias</translation>
    </message>
    <message>
        <source>Both sides say the same.</source>
        <translation>Los dos lados dicen lo mismo.</translation>
    </message>
    <message>
        <source>differs</source>
        <translation>distinto</translation>
    </message>
    <message>
        <source>only there</source>
        <translation>solo allí</translation>
    </message>
    <message>
        <source>only here</source>
        <translation>solo aquí</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>igual</translation>
    </message>
</context>
<context>
    <name>ComparisonDialog</name>
    <message>
        <source>After</source>
        <translation>Después</translation>
    </message>
    <message>
        <source>After: %1</source>
        <translation>Después: %1</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Antes</translation>
    </message>
    <message>
        <source>Before: %1</source>
        <translation>Antes: %1</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Cambio</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>Cifra</translation>
    </message>
    <message>
        <source>Open as a page</source>
        <translation>Abrir como página</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>Razón</translation>
    </message>
    <message>
        <source>Two runs compared</source>
        <translation>Comparación de dos ejecuciones</translation>
    </message>
</context>
<context>
    <name>ConfirmDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Type %1 to go on:</source>
        <translation>Escriba %1 para continuar:</translation>
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
        <source>Run an engine on this computer</source>
        <translation>Iniciar un motor en este equipo</translation>
    </message>
    <message>
        <source>For your own messages: it receives on port 2575 of this computer only.</source>
        <translation>Para sus propios mensajes: recibe solo en el puerto 2575 de este equipo.</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Este equipo</translation>
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
    <name>Connector</name>
    <message>
        <source>Engine on this computer</source>
        <translation>Motor en este equipo</translation>
    </message>
    <message>
        <source>Demo hospital</source>
        <translation>Hospital de demostración</translation>
    </message>
    <message>
        <source>The engine does not answer.</source>
        <translation>El motor no responde.</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>detenido</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>iniciando</translation>
    </message>
    <message>
        <source>running</source>
        <translation>en marcha</translation>
    </message>
    <message>
        <source>fell, starting again</source>
        <translation>se cayó, volviendo a iniciar</translation>
    </message>
    <message>
        <source>fell too often</source>
        <translation>se cayó demasiadas veces</translation>
    </message>
</context>
<context>
    <name>CountedWords</name>
    <message numerus="yes">
        <source>%n things need you</source>
        <translation>
            <numerusform>%n asunto le necesita</numerusform>
            <numerusform>%n asuntos le necesitan</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n messages stopped</source>
        <translation>
            <numerusform>%n mensaje detenido</numerusform>
            <numerusform>%n mensajes detenidos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n patients</source>
        <translation>
            <numerusform>%n paciente</numerusform>
            <numerusform>%n pacientes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n senders</source>
        <translation>
            <numerusform>%n emisor</numerusform>
            <numerusform>%n emisores</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n test messages of the harness are kept out</source>
        <translation>
            <numerusform>%n mensaje de prueba queda aparte</numerusform>
            <numerusform>%n mensajes de prueba quedan aparte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n en espera</numerusform>
            <numerusform>%n en espera</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n cases</source>
        <translation>
            <numerusform>%n caso</numerusform>
            <numerusform>%n casos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>the first %n cases</source>
        <translation>
            <numerusform>el primer caso</numerusform>
            <numerusform>los primeros %n casos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CurveChart</name>
    <message>
        <source>Up to %1 messages a second, %2 long.</source>
        <translation>Hasta %1 mensajes por segundo, dura %2.</translation>
    </message>
    <message>
        <source>peak %1 a second</source>
        <translation>máximo %1 por segundo</translation>
    </message>
    <message>
        <source>planned a second</source>
        <translation>previstos por segundo</translation>
    </message>
</context>
<context>
    <name>Encounter</name>
    <message>
        <source>Messages without an encounter</source>
        <translation>Mensajes sin episodio</translation>
    </message>
    <message>
        <source>Encounter %1</source>
        <translation>Episodio %1</translation>
    </message>
    <message>
        <source>Encounter</source>
        <translation>Episodio</translation>
    </message>
    <message>
        <source>Consultant %1</source>
        <translation>Responsable %1</translation>
    </message>
    <message>
        <source>Inpatient</source>
        <translation>Hospitalización</translation>
    </message>
    <message>
        <source>Inpatient, acute</source>
        <translation>Hospitalización, agudos</translation>
    </message>
    <message>
        <source>Inpatient, non-acute</source>
        <translation>Hospitalización, no agudos</translation>
    </message>
    <message>
        <source>Emergency</source>
        <translation>Urgencias</translation>
    </message>
    <message>
        <source>Outpatient</source>
        <translation>Consultas externas</translation>
    </message>
    <message>
        <source>Observation</source>
        <translation>Observación</translation>
    </message>
    <message>
        <source>Pre-admission</source>
        <translation>Preingreso</translation>
    </message>
    <message>
        <source>Short stay</source>
        <translation>Corta estancia</translation>
    </message>
    <message>
        <source>Home health</source>
        <translation>Atención domiciliaria</translation>
    </message>
    <message>
        <source>Virtual</source>
        <translation>Virtual</translation>
    </message>
    <message>
        <source>Obstetrics</source>
        <translation>Obstetricia</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>The engine cannot be reached. Check that it runs and that the network is there.</source>
        <translation>No se llega al motor. Compruebe que está en marcha y que hay red.</translation>
    </message>
    <message>
        <source>The engine takes too long to answer. Try again in a moment.</source>
        <translation>El motor tarda demasiado en responder. Pruebe de nuevo en un momento.</translation>
    </message>
    <message>
        <source>The engine is busy. Try again in a moment.</source>
        <translation>El motor está ocupado. Pruebe de nuevo en un momento.</translation>
    </message>
    <message>
        <source>The engine is stopping. Try again in a moment.</source>
        <translation>El motor se está deteniendo. Pruebe de nuevo en un momento.</translation>
    </message>
    <message>
        <source>The engine's answer cannot be read. Check the address and the version.</source>
        <translation>No se puede leer la respuesta del motor. Compruebe la dirección y la versión.</translation>
    </message>
    <message>
        <source>Nobody answered, and no copy of this is kept here. Check the connection.</source>
        <translation>Nadie respondió y aquí no se guarda copia de esto. Compruebe la conexión.</translation>
    </message>
    <message>
        <source>There is no access token for this engine. Enter it in Settings.</source>
        <translation>No hay token de acceso para este motor. Introdúzcalo en Ajustes.</translation>
    </message>
    <message>
        <source>The engine refused the access token. Enter the right one in Settings.</source>
        <translation>El motor rechazó el token de acceso. Introduzca el correcto en Ajustes.</translation>
    </message>
    <message>
        <source>There is no such thing here. It may have been removed after its time.</source>
        <translation>Aquí no existe. Puede que se haya eliminado al cumplirse su plazo.</translation>
    </message>
    <message>
        <source>The message itself was removed after its time. Its events are kept.</source>
        <translation>El mensaje en sí se eliminó al cumplirse su plazo. Sus eventos se conservan.</translation>
    </message>
    <message>
        <source>This source cannot answer that question.</source>
        <translation>Esta fuente no puede responder a esa pregunta.</translation>
    </message>
    <message>
        <source>The settings could not be saved. They hold until you close Signalbox.</source>
        <translation>No se pudieron guardar los ajustes. Valen hasta que cierre Signalbox.</translation>
    </message>
    <message>
        <source>The engine on this computer does not start.</source>
        <translation>El motor de este equipo no se inicia.</translation>
    </message>
    <message>
        <source>The engine cannot listen: its address is in use by another program.</source>
        <translation>El motor no puede escuchar: otro programa usa su dirección.</translation>
    </message>
    <message>
        <source>Another engine uses this data folder. Stop it or choose another.</source>
        <translation>Otro motor usa esta carpeta de datos. Deténgalo o elija otra.</translation>
    </message>
    <message>
        <source>The data folder cannot be used. Choose another with --data.</source>
        <translation>No se puede usar la carpeta de datos. Elija otra con --data.</translation>
    </message>
    <message>
        <source>A setting of the engine is wrong. See settings.toml.</source>
        <translation>Un ajuste del motor es incorrecto. Vea settings.toml.</translation>
    </message>
    <message>
        <source>The engine's disk is full. It acknowledges nothing until there is space.</source>
        <translation>El disco del motor está lleno. No acusa recibo de nada hasta que haya espacio.</translation>
    </message>
    <message>
        <source>Something went wrong inside Signalbox. Nothing was changed; try again.</source>
        <translation>Algo falló dentro de Signalbox. No se cambió nada; pruebe de nuevo.</translation>
    </message>
</context>
<context>
    <name>EventTable</name>
    <message>
        <source>Time</source>
        <translation>Hora</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Evento</translation>
    </message>
    <message>
        <source>From</source>
        <translation>De</translation>
    </message>
    <message>
        <source>To</source>
        <translation>A</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Tardó</translation>
    </message>
    <message>
        <source>%1 result</source>
        <translation>resultado de %1</translation>
    </message>
    <message>
        <source>%1 (test traffic)</source>
        <translation>%1 (tráfico de prueba)</translation>
    </message>
    <message>
        <source>%1 late</source>
        <translation>%1 tarde</translation>
    </message>
    <message>
        <source>admission or move</source>
        <translation>ingreso o traslado</translation>
    </message>
    <message>
        <source>order</source>
        <translation>petición</translation>
    </message>
    <message>
        <source>result</source>
        <translation>resultado</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Eventos</translation>
    </message>
</context>
<context>
    <name>Evidence</name>
    <message>
        <source>observed</source>
        <translation>observado</translation>
    </message>
    <message>
        <source>asserted</source>
        <translation>afirmado</translation>
    </message>
    <message>
        <source>inferred</source>
        <translation>inferido</translation>
    </message>
    <message>
        <source>expected</source>
        <translation>esperado</translation>
    </message>
    <message>
        <source>We did it or saw it ourselves.</source>
        <translation>Lo hicimos o lo vimos nosotros.</translation>
    </message>
    <message>
        <source>Another system said so.</source>
        <translation>Lo dijo otro sistema.</translation>
    </message>
    <message>
        <source>Concluded from other facts.</source>
        <translation>Se deduce de otros hechos.</translation>
    </message>
    <message>
        <source>Should happen; nothing shows that it did.</source>
        <translation>Debería ocurrir; nada muestra que ocurriera.</translation>
    </message>
</context>
<context>
    <name>ExchangeWords</name>
    <message>
        <source>Accepted</source>
        <translation>Aceptado</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Answer cannot be read</source>
        <translation>La respuesta no se puede leer</translation>
    </message>
    <message>
        <source>Answer for another message</source>
        <translation>Respuesta a otro mensaje</translation>
    </message>
    <message>
        <source>Committed, not yet processed</source>
        <translation>Recibido, aún sin procesar</translation>
    </message>
    <message>
        <source>Connection broke</source>
        <translation>Conexión perdida</translation>
    </message>
    <message>
        <source>Control id</source>
        <translation>Id. de control</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>Late</source>
        <translation>Tardía</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>Sin respuesta</translation>
    </message>
    <message>
        <source>No answer asked for</source>
        <translation>Sin respuesta pedida</translation>
    </message>
    <message>
        <source>Nobody there</source>
        <translation>No hay nadie</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>Rechazado</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviado</translation>
    </message>
    <message>
        <source>To</source>
        <translation>A</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Tardó</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>cerrada</translation>
    </message>
    <message>
        <source>closed by the receiver</source>
        <translation>cerrada por el receptor</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>conectado</translation>
    </message>
    <message>
        <source>no answer in time</source>
        <translation>sin respuesta a tiempo</translation>
    </message>
    <message>
        <source>no connection</source>
        <translation>sin conexión</translation>
    </message>
    <message>
        <source>our side closed</source>
        <translation>nuestro lado cerrado</translation>
    </message>
    <message>
        <source>received</source>
        <translation>recibido</translation>
    </message>
    <message>
        <source>reset</source>
        <translation>reiniciada</translation>
    </message>
    <message>
        <source>reset by the receiver</source>
        <translation>reiniciada por el receptor</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>enviado</translation>
    </message>
</context>
<context>
    <name>GameDayRunner</name>
    <message>
        <source>debriefed</source>
        <translation>con informe</translation>
    </message>
    <message>
        <source>ended without a debrief</source>
        <translation>terminó sin informe</translation>
    </message>
</context>
<context>
    <name>GameDayView</name>
    <message>
        <source>%1: %2 stopped messages are still to be replayed.</source>
        <translation>%1: quedan %2 mensajes detenidos por reenviar.</translation>
    </message>
    <message>
        <source>%1: first taken for %2.</source>
        <translation>%1: al principio se tomó por %2.</translation>
    </message>
    <message>
        <source>%1: the engine showed it first as “%2”.</source>
        <translation>%1: el motor lo mostró primero como «%2».</translation>
    </message>
    <message numerus="yes">
        <source>%n incident(s), at most %1</source>
        <translation>
            <numerusform>%n incidente, como máximo %1</numerusform>
            <numerusform>%n incidentes, como máximo %1</numerusform>
        </translation>
    </message>
    <message>
        <source>A hospital of its own starts on this computer, with wards, laboratories and a clinical record. Incidents come without a word. Find them in Signalbox, say here what you find, and call whoever can mend it; how long each step takes is measured against the minutes agreed.</source>
        <translation>En este equipo arranca un hospital propio, con plantas, laboratorios e historia clínica. Los incidentes llegan sin avisar. Encuéntrelos en Signalbox, diga aquí lo que encuentra y llame a quien pueda arreglarlo; se mide cuánto tarda cada paso frente a los minutos acordados.</translation>
    </message>
    <message>
        <source>Agreed minutes</source>
        <translation>Minutos acordados</translation>
    </message>
    <message>
        <source>An engine, senders and a clinical record are started; a few seconds.</source>
        <translation>Arrancan un motor, emisores y una historia clínica; unos segundos.</translation>
    </message>
    <message>
        <source>Another game</source>
        <translation>Otro simulacro</translation>
    </message>
    <message>
        <source>Call somebody</source>
        <translation>Llamar a alguien</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>Causa</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Reloj</translation>
    </message>
    <message>
        <source>Debrief</source>
        <translation>Informe</translation>
    </message>
    <message>
        <source>Earlier games</source>
        <translation>Simulacros anteriores</translation>
    </message>
    <message>
        <source>End the game</source>
        <translation>Terminar el simulacro</translation>
    </message>
    <message>
        <source>Every agreed time was kept.</source>
        <translation>Se cumplieron todos los tiempos acordados.</translation>
    </message>
    <message>
        <source>Found so far</source>
        <translation>Encontrado hasta ahora</translation>
    </message>
    <message>
        <source>Game</source>
        <translation>Simulacro</translation>
    </message>
    <message>
        <source>Game day</source>
        <translation>Simulacro</translation>
    </message>
    <message>
        <source>Game day hospital</source>
        <translation>Hospital del simulacro</translation>
    </message>
    <message>
        <source>Game days</source>
        <translation>Simulacros</translation>
    </message>
    <message>
        <source>Going on</source>
        <translation>En curso</translation>
    </message>
    <message>
        <source>How the minutes were kept</source>
        <translation>Cómo se cumplieron los minutos</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Duración</translation>
    </message>
    <message>
        <source>Look at this hospital</source>
        <translation>Ver este hospital</translation>
    </message>
    <message>
        <source>No game is being played.</source>
        <translation>No hay ningún simulacro en curso.</translation>
    </message>
    <message>
        <source>Not every agreed time was kept.</source>
        <translation>No se cumplieron todos los tiempos acordados.</translation>
    </message>
    <message>
        <source>Nothing yet.</source>
        <translation>Nada todavía.</translation>
    </message>
    <message>
        <source>Open Investigate on this hospital and find what is wrong.</source>
        <translation>Abra Investigar en este hospital y encuentre qué falla.</translation>
    </message>
    <message>
        <source>Open the debrief</source>
        <translation>Abrir el informe</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Empezar</translation>
    </message>
    <message>
        <source>Play %1</source>
        <translation>Empezar %1</translation>
    </message>
    <message>
        <source>Say what you find</source>
        <translation>Diga lo que encuentra</translation>
    </message>
    <message>
        <source>Setting up the hospital</source>
        <translation>Preparando el hospital</translation>
    </message>
    <message>
        <source>Something is wrong</source>
        <translation>Algo va mal</translation>
    </message>
    <message>
        <source>The game</source>
        <translation>El simulacro</translation>
    </message>
    <message>
        <source>The game ended without a debrief.</source>
        <translation>El simulacro terminó sin informe.</translation>
    </message>
    <message>
        <source>The list of game days cannot be read</source>
        <translation>No se puede leer la lista de simulacros</translation>
    </message>
    <message>
        <source>There is no debrief yet.</source>
        <translation>Todavía no hay informe.</translation>
    </message>
    <message>
        <source>This is the cause</source>
        <translation>Esta es la causa</translation>
    </message>
    <message>
        <source>Time of the game</source>
        <translation>Tiempo del simulacro</translation>
    </message>
    <message>
        <source>To talk about</source>
        <translation>Para comentar</translation>
    </message>
    <message>
        <source>What do you see? (optional)</source>
        <translation>¿Qué ve? (opcional)</translation>
    </message>
    <message>
        <source>What was said</source>
        <translation>Lo que se dijo</translation>
    </message>
    <message>
        <source>What you see</source>
        <translation>Lo que ve</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Cuándo</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>cumplidos</translation>
    </message>
    <message>
        <source>not kept</source>
        <translation>no cumplidos</translation>
    </message>
    <message>
        <source>of at most %1</source>
        <translation>de %1 como máximo</translation>
    </message>
</context>
<context>
    <name>GameDayWords</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>A concept map lacks codes</source>
        <translation>A un mapa de conceptos le faltan códigos</translation>
    </message>
    <message>
        <source>A laboratory's line is down</source>
        <translation>La línea de un laboratorio está caída</translation>
    </message>
    <message>
        <source>A sender repeats one result again and again</source>
        <translation>Un emisor repite el mismo resultado una y otra vez</translation>
    </message>
    <message>
        <source>Ask for room on the engine's disk</source>
        <translation>Pedir espacio en el disco del motor</translation>
    </message>
    <message>
        <source>Ask for the clinical record to be restarted</source>
        <translation>Pedir que se reinicie la historia clínica</translation>
    </message>
    <message>
        <source>Ask terminology for a corrected map</source>
        <translation>Pedir a terminología un mapa corregido</translation>
    </message>
    <message>
        <source>Ask the laboratory to bring its line back</source>
        <translation>Pedir al laboratorio que recupere su línea</translation>
    </message>
    <message>
        <source>Ask the sender to stop repeating</source>
        <translation>Pedir al emisor que deje de repetir</translation>
    </message>
    <message>
        <source>Detected</source>
        <translation>Detectado</translation>
    </message>
    <message>
        <source>Diagnosed</source>
        <translation>Diagnosticado</translation>
    </message>
    <message>
        <source>Doubled</source>
        <translation>Duplicados</translation>
    </message>
    <message>
        <source>Incident</source>
        <translation>Incidente</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Mensajes</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Faltan</translation>
    </message>
    <message>
        <source>Nothing is wrong</source>
        <translation>No pasa nada</translation>
    </message>
    <message>
        <source>Restored</source>
        <translation>Restablecido</translation>
    </message>
    <message>
        <source>Results went to another patient</source>
        <translation>Los resultados fueron a otro paciente</translation>
    </message>
    <message>
        <source>The clinical record cannot be reached</source>
        <translation>No se llega a la historia clínica</translation>
    </message>
    <message>
        <source>The engine stopped</source>
        <translation>El motor se paró</translation>
    </message>
    <message>
        <source>The engine's disk is full</source>
        <translation>El disco del motor está lleno</translation>
    </message>
    <message>
        <source>encounters are visible again</source>
        <translation>los episodios vuelven a verse</translation>
    </message>
    <message>
        <source>mended; %1 messages are not visible yet</source>
        <translation>arreglado; %1 mensajes aún no se ven</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nunca</translation>
    </message>
    <message>
        <source>none</source>
        <translation>ninguno</translation>
    </message>
    <message>
        <source>since %1 of the game; still going on</source>
        <translation>desde %1 del simulacro; sigue</translation>
    </message>
</context>
<context>
    <name>HarnessPage</name>
    <message>
        <source>Harness</source>
        <translation>Banco de pruebas</translation>
    </message>
    <message>
        <source>Views of the harness</source>
        <translation>Vistas del banco de pruebas</translation>
    </message>
</context>
<context>
    <name>HarnessRunner</name>
    <message>
        <source>%1 sent, %2 a second</source>
        <translation>%1 enviados, %2 por segundo</translation>
    </message>
    <message>
        <source>Checking what arrived</source>
        <translation>Comprobando lo que llegó</translation>
    </message>
    <message>
        <source>Harness running in this window: alarms from run %1 are kept out of Investigate</source>
        <translation>Banco de pruebas en marcha en esta ventana: las alarmas de la ejecución %1 no llegan a Investigar</translation>
    </message>
    <message>
        <source>Harness starting in this window</source>
        <translation>El banco de pruebas arranca en esta ventana</translation>
    </message>
    <message>
        <source>Its program ended with code %1.</source>
        <translation>Su programa terminó con el código %1.</translation>
    </message>
    <message>
        <source>Nothing has been heard from the run for some seconds. It may be very busy.</source>
        <translation>Hace unos segundos que no se sabe nada de la ejecución. Puede estar muy ocupada.</translation>
    </message>
    <message>
        <source>The run does not answer</source>
        <translation>La ejecución no responde</translation>
    </message>
    <message>
        <source>The run ended without a verdict</source>
        <translation>La ejecución terminó sin veredicto</translation>
    </message>
    <message>
        <source>a check failed</source>
        <translation>falló una comprobación</translation>
    </message>
    <message>
        <source>ended without a verdict</source>
        <translation>terminó sin veredicto</translation>
    </message>
    <message>
        <source>invalid measurement</source>
        <translation>medición no válida</translation>
    </message>
    <message>
        <source>passed</source>
        <translation>superada</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>rechazada</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>arrancando</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>detenida</translation>
    </message>
</context>
<context>
    <name>HarnessViews</name>
    <message>
        <source>Game day</source>
        <translation>Simulacro</translation>
    </message>
    <message>
        <source>Listener</source>
        <translation>Receptor</translation>
    </message>
    <message>
        <source>One message</source>
        <translation>Un mensaje</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Sonda</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Ejecución</translation>
    </message>
</context>
<context>
    <name>HeatStrip</name>
    <message>
        <source>Messages of the last 12 hours by sender</source>
        <translation>Mensajes de las últimas 12 horas por emisor</translation>
    </message>
    <message numerus="yes">
        <source>%n messages</source>
        <translation>
            <numerusform>%n mensaje</numerusform>
            <numerusform>%n mensajes</numerusform>
        </translation>
    </message>
    <message>
        <source>busiest at %1 with %2</source>
        <translation>máximo a las %1 con %2</translation>
    </message>
    <message>
        <source>silent since %1</source>
        <translation>en silencio desde las %1</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>de %1 a %2</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>en silencio</translation>
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
        <source>F1 shows the keys of the screen you are on.</source>
        <translation>F1 muestra las teclas de la pantalla actual.</translation>
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
    <name>HopModel</name>
    <message>
        <source>Hop</source>
        <translation>Salto</translation>
    </message>
    <message>
        <source>Time, %1 in all</source>
        <translation>Tiempo, %1 en total</translation>
    </message>
    <message>
        <source>Waited</source>
        <translation>Esperó</translation>
    </message>
    <message>
        <source>Worked</source>
        <translation>Trabajó</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Evidencia</translation>
    </message>
    <message>
        <source>Payload</source>
        <translation>Contenido</translation>
    </message>
</context>
<context>
    <name>HopTable</name>
    <message>
        <source>Hops</source>
        <translation>Saltos</translation>
    </message>
</context>
<context>
    <name>Hops</name>
    <message>
        <source>%1 → received and stored</source>
        <translation>%1 → recibido y guardado</translation>
    </message>
    <message>
        <source>Duplicate, ignored</source>
        <translation>Duplicado, ignorado</translation>
    </message>
    <message>
        <source>Refused, kept in quarantine</source>
        <translation>Rechazado, en cuarentena</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>Acuse enviado</translation>
    </message>
    <message>
        <source>Parsed</source>
        <translation>Leído</translation>
    </message>
    <message>
        <source>Patient and encounter found</source>
        <translation>Paciente y episodio encontrados</translation>
    </message>
    <message>
        <source>Mapped to FHIR</source>
        <translation>Convertido a FHIR</translation>
    </message>
    <message>
        <source>Older than what is filed: not applied</source>
        <translation>Más antiguo que lo archivado: no aplicado</translation>
    </message>
    <message>
        <source>Recorded, nothing to file</source>
        <translation>Anotado, nada que archivar</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
    <message>
        <source>Released</source>
        <translation>Liberado</translation>
    </message>
    <message>
        <source>Dead-lettered</source>
        <translation>No entregado</translation>
    </message>
    <message>
        <source>Handed over to %1</source>
        <translation>Entregado a %1</translation>
    </message>
    <message>
        <source>Attempt %2 at %1 failed</source>
        <translation>Falló el intento %2 en %1</translation>
    </message>
    <message>
        <source>Filed in %1</source>
        <translation>Archivado en %1</translation>
    </message>
    <message>
        <source>Receive and store</source>
        <translation>Recibir y guardar</translation>
    </message>
    <message>
        <source>Acknowledge</source>
        <translation>Acusar recibo</translation>
    </message>
    <message>
        <source>Parse</source>
        <translation>Leer</translation>
    </message>
    <message>
        <source>Find patient and encounter</source>
        <translation>Encontrar paciente y episodio</translation>
    </message>
    <message>
        <source>Map to FHIR</source>
        <translation>Convertir a FHIR</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>Entregar</translation>
    </message>
    <message>
        <source>File and read back</source>
        <translation>Archivar y releer</translation>
    </message>
    <message>
        <source>not reached</source>
        <translation>no alcanzado</translation>
    </message>
    <message>
        <source>next try %1</source>
        <translation>próximo intento %1</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>en cola</translation>
    </message>
    <message>
        <source>read back and compared</source>
        <translation>releído y comparado</translation>
    </message>
    <message numerus="yes">
        <source>%n segment(s)</source>
        <translation>
            <numerusform>%n segmento</numerusform>
            <numerusform>%n segmentos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n aviso</numerusform>
            <numerusform>%n avisos</numerusform>
        </translation>
    </message>
    <message>
        <source>done</source>
        <translation>hecho</translation>
    </message>
    <message>
        <source>handed over</source>
        <translation>entregado</translation>
    </message>
    <message>
        <source>ignored</source>
        <translation>ignorado</translation>
    </message>
    <message>
        <source>known patient</source>
        <translation>paciente conocido</translation>
    </message>
    <message>
        <source>new patient</source>
        <translation>paciente nuevo</translation>
    </message>
    <message>
        <source>nobody: unassigned</source>
        <translation>nadie: sin asignar</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>enviado</translation>
    </message>
    <message>
        <source>slowest</source>
        <translation>el más lento</translation>
    </message>
    <message>
        <source>slowest: waited %1</source>
        <translation>el más lento: esperó %1</translation>
    </message>
    <message>
        <source>stored</source>
        <translation>guardado</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>verificado</translation>
    </message>
    <message numerus="yes">
        <source>%n resource(s)</source>
        <translation>
            <numerusform>%n recurso</numerusform>
            <numerusform>%n recursos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>IdLink</name>
    <message>
        <source>%1 copied.</source>
        <translation>%1 copiado.</translation>
    </message>
    <message>
        <source>Click to copy</source>
        <translation>Haga clic para copiar</translation>
    </message>
</context>
<context>
    <name>Investigate</name>
    <message>
        <source>Nothing needs you</source>
        <translation>Nada le necesita</translation>
    </message>
    <message>
        <source>%1 messages received</source>
        <translation>%1 mensajes recibidos</translation>
    </message>
    <message>
        <source>as last heard at %1, %2</source>
        <translation>según lo último que se supo a las %1, %2</translation>
    </message>
    <message>
        <source>Grouped by cause</source>
        <translation>Agrupado por causa</translation>
    </message>
    <message>
        <source>the newest %1 events cannot be searched yet</source>
        <translation>los %1 eventos más nuevos aún no se pueden buscar</translation>
    </message>
    <message>
        <source>First %1</source>
        <translation>Primero %1</translation>
    </message>
    <message>
        <source>newest %1</source>
        <translation>último %1</translation>
    </message>
    <message>
        <source>Open newest</source>
        <translation>Abrir el último</translation>
    </message>
    <message>
        <source>Harness (test)</source>
        <translation>Banco de pruebas</translation>
    </message>
    <message>
        <source>Last message %1</source>
        <translation>Último mensaje %1</translation>
    </message>
    <message>
        <source>Unknown sender</source>
        <translation>Emisor desconocido</translation>
    </message>
    <message>
        <source>usually one every %1</source>
        <translation>suele enviar uno cada %1</translation>
    </message>
    <message>
        <source>%1 has gone silent</source>
        <translation>%1 ha quedado en silencio</translation>
    </message>
    <message>
        <source>Deliveries to %1 are paused</source>
        <translation>Las entregas a %1 están en pausa</translation>
    </message>
    <message>
        <source>%1 does not take deliveries</source>
        <translation>%1 no acepta entregas</translation>
    </message>
    <message>
        <source>last success %1</source>
        <translation>última entrega %1</translation>
    </message>
    <message>
        <source>not heard yet</source>
        <translation>aún sin noticias</translation>
    </message>
    <message>
        <source>silent for %1</source>
        <translation>en silencio desde hace %1</translation>
    </message>
    <message>
        <source>heard %1</source>
        <translation>visto %1</translation>
    </message>
    <message>
        <source>To be mapped</source>
        <translation>Por convertir</translation>
    </message>
    <message>
        <source>Held back</source>
        <translation>Retenidos</translation>
    </message>
    <message>
        <source>To be delivered</source>
        <translation>Por entregar</translation>
    </message>
    <message>
        <source>Dead letters</source>
        <translation>Detenidos</translation>
    </message>
    <message>
        <source>Refused, kept</source>
        <translation>Rechazados, guardados</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>en pausa</translation>
    </message>
    <message>
        <source>no contact</source>
        <translation>sin contacto</translation>
    </message>
    <message>
        <source>up to date</source>
        <translation>al día</translation>
    </message>
    <message>
        <source>from the copy kept here</source>
        <translation>de la copia guardada aquí</translation>
    </message>
    <message>
        <source>%1 answered</source>
        <translation>%1 respondió</translation>
    </message>
    <message>
        <source>%1 took too long</source>
        <translation>%1 tardó demasiado</translation>
    </message>
    <message>
        <source>%1 cannot be reached</source>
        <translation>no se puede contactar con %1</translation>
    </message>
    <message>
        <source>%1 refused the access token</source>
        <translation>%1 rechazó la clave de acceso</translation>
    </message>
    <message>
        <source>%1 could not answer</source>
        <translation>%1 no pudo responder</translation>
    </message>
    <message>
        <source>That looks like an NHS number, but its check digit is wrong: read it again.</source>
        <translation>Parece un número NHS, pero su dígito de control es erróneo: léalo de nuevo.</translation>
    </message>
    <message>
        <source>Only the copy kept on this computer was searched: no source answers now.</source>
        <translation>Solo se buscó en la copia guardada en este equipo: ninguna fuente responde ahora.</translation>
    </message>
    <message>
        <source>Not every source answered: what you look for may be there.</source>
        <translation>No todas las fuentes respondieron: puede que lo que busca esté allí.</translation>
    </message>
    <message>
        <source>The newest messages cannot be searched yet: try again in a moment.</source>
        <translation>Los mensajes más nuevos aún no se pueden buscar: inténtelo en un momento.</translation>
    </message>
    <message>
        <source>Names match from the beginning of each word: try the family name alone.</source>
        <translation>Los nombres se comparan desde el principio de cada palabra: pruebe solo con el apellido.</translation>
    </message>
    <message>
        <source>Everything typed must fit one case: try one number at a time.</source>
        <translation>Todo lo escrito debe encajar en un caso: pruebe con un número cada vez.</translation>
    </message>
    <message>
        <source>Try another number from the same label: order, sample, wristband, or the message itself.</source>
        <translation>Pruebe otro número de la misma etiqueta: petición, muestra, pulsera, o el propio mensaje.</translation>
    </message>
</context>
<context>
    <name>InvestigatePage</name>
    <message>
        <source>Deliveries</source>
        <translation>Entregas</translation>
    </message>
    <message>
        <source>What stopped among test messages</source>
        <translation>Lo que se detuvo entre los mensajes de prueba</translation>
    </message>
    <message>
        <source>messages per 10 min, darker is busier, hatched is silence</source>
        <translation>mensajes por 10 min; más oscuro, más tráfico; rayado, silencio</translation>
    </message>
    <message>
        <source>The last 12 hours</source>
        <translation>Las últimas 12 horas</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>Colas</translation>
    </message>
    <message>
        <source>Not known yet.</source>
        <translation>Aún no se sabe.</translation>
    </message>
    <message>
        <source>Investigate</source>
        <translation>Investigar</translation>
    </message>
    <message>
        <source>Find on this page</source>
        <translation>Buscar en esta página</translation>
    </message>
    <message>
        <source>Read everything again</source>
        <translation>Leer todo de nuevo</translation>
    </message>
    <message>
        <source>Forget what was looked at</source>
        <translation>Olvidar lo consultado</translation>
    </message>
    <message>
        <source>Reading the overview</source>
        <translation>Leyendo el resumen</translation>
    </message>
    <message>
        <source>No message has arrived yet</source>
        <translation>Aún no ha llegado ningún mensaje</translation>
    </message>
    <message>
        <source>As soon as a system sends HL7 v2 to the engine, its messages appear here within a second.</source>
        <translation>En cuanto un sistema envíe HL7 v2 al motor, sus mensajes aparecerán aquí en menos de un segundo.</translation>
    </message>
    <message>
        <source>Hide them</source>
        <translation>Ocultarlos</translation>
    </message>
    <message>
        <source>Nothing is connected yet</source>
        <translation>Aún no hay ninguna conexión</translation>
    </message>
    <message>
        <source>Show them</source>
        <translation>Mostrarlos</translation>
    </message>
    <message>
        <source>Start the demo hospital or connect to an engine; then this page shows what needs you.</source>
        <translation>Inicie el hospital de demostración o conecte con un motor; entonces esta página mostrará lo que le necesita.</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>Elegir</translation>
    </message>
    <message>
        <source>They were refused before they could be mapped. The engine keeps them.</source>
        <translation>Se rechazaron antes de poder traducirlos. El motor los conserva.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Intentar de nuevo</translation>
    </message>
</context>
<context>
    <name>JsonView</name>
    <message>
        <source>FHIR document</source>
        <translation>Documento FHIR</translation>
    </message>
</context>
<context>
    <name>ListenerRunner</name>
    <message>
        <source>%1: %2 messages</source>
        <translation>%1: %2 mensajes</translation>
    </message>
    <message>
        <source>Listener</source>
        <translation>Receptor</translation>
    </message>
    <message>
        <source>stopped after %1 messages</source>
        <translation>detenido tras %1 mensajes</translation>
    </message>
</context>
<context>
    <name>ListenerSetup</name>
    <message>
        <source>A script of mine…</source>
        <translation>Un guion propio…</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Todos los archivos</translation>
    </message>
    <message>
        <source>Authority of the clients (optional)</source>
        <translation>Autoridad de los clientes (opcional)</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>Certificado</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Elegir un archivo</translation>
    </message>
    <message>
        <source>Choose a file; until then it answers AA to everything.</source>
        <translation>Elija un archivo; hasta entonces responde AA a todo.</translation>
    </message>
    <message>
        <source>Choose: %1</source>
        <translation>Elegir: %1</translation>
    </message>
    <message>
        <source>Its key</source>
        <translation>Su clave</translation>
    </message>
    <message>
        <source>Keep every message in a folder</source>
        <translation>Guardar cada mensaje en una carpeta</translation>
    </message>
    <message>
        <source>Listener scripts (*.toml)</source>
        <translation>Guiones de receptor (*.toml)</translation>
    </message>
    <message>
        <source>Mine: %1</source>
        <translation>Propio: %1</translation>
    </message>
    <message>
        <source>Only this computer can reach it. What arrives is for tests: never send real patients here.</source>
        <translation>Solo este equipo puede alcanzarlo. Lo que llega es de prueba: no envíe nunca pacientes reales aquí.</translation>
    </message>
    <message>
        <source>PEM files (*.pem *.crt *.key)</source>
        <translation>Archivos PEM (*.pem *.crt *.key)</translation>
    </message>
    <message>
        <source>Script</source>
        <translation>Guion</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>The receiver</source>
        <translation>El receptor</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Dónde</translation>
    </message>
    <message>
        <source>Where to listen: HOST:PORT; port 0 is a free one</source>
        <translation>Dónde escuchar: HOST:PUERTO; el puerto 0 es uno libre</translation>
    </message>
</context>
<context>
    <name>ListenerStrip</name>
    <message>
        <source>%1 received</source>
        <translation>%1 recibidos</translation>
    </message>
    <message>
        <source>A receiver on this computer that answers AA. What you send to it shows here.</source>
        <translation>Un receptor en este equipo que responde AA. Lo que le envíe aparece aquí.</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>Copiar la dirección</translation>
    </message>
    <message>
        <source>Listen on a free port</source>
        <translation>Escuchar en un puerto libre</translation>
    </message>
    <message>
        <source>Messages that came</source>
        <translation>Mensajes que llegaron</translation>
    </message>
    <message>
        <source>Open the Listener</source>
        <translation>Abrir el receptor</translation>
    </message>
    <message>
        <source>Send to it</source>
        <translation>Enviarle a él</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
</context>
<context>
    <name>ListenerView</name>
    <message>
        <source>%1 kept in %2</source>
        <translation>%1 guardados en %2</translation>
    </message>
    <message>
        <source>%1 to everything</source>
        <translation>%1 a todo</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Back to the script</source>
        <translation>Volver al guion</translation>
    </message>
    <message>
        <source>Connection %1, %2</source>
        <translation>Conexión %1, %2</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>Copiar la dirección</translation>
    </message>
    <message>
        <source>Copy the listener's address</source>
        <translation>Copiar la dirección del receptor</translation>
    </message>
    <message>
        <source>It listens already.</source>
        <translation>Ya está escuchando.</translation>
    </message>
    <message>
        <source>Kind of outage</source>
        <translation>Tipo de corte</translation>
    </message>
    <message>
        <source>Latest messages</source>
        <translation>Últimos mensajes</translation>
    </message>
    <message>
        <source>Listen</source>
        <translation>Escuchar</translation>
    </message>
    <message>
        <source>Listen opens a receiver here. Every message that comes shows with its answer.</source>
        <translation>Escuchar abre aquí un receptor. Cada mensaje que llega aparece con su respuesta.</translation>
    </message>
    <message>
        <source>Listener</source>
        <translation>Receptor</translation>
    </message>
    <message>
        <source>Messages a second, the last minute</source>
        <translation>Mensajes por segundo, el último minuto</translation>
    </message>
    <message>
        <source>Nothing listens yet</source>
        <translation>Nada escucha todavía</translation>
    </message>
    <message>
        <source>Nothing listens.</source>
        <translation>Nada escucha.</translation>
    </message>
    <message>
        <source>Open the kept messages</source>
        <translation>Abrir los mensajes guardados</translation>
    </message>
    <message>
        <source>Outage</source>
        <translation>Corte</translation>
    </message>
    <message>
        <source>Outage on or off</source>
        <translation>Activar o quitar el corte</translation>
    </message>
    <message>
        <source>Silence</source>
        <translation>Silencio</translation>
    </message>
    <message>
        <source>Silence on or off</source>
        <translation>Activar o quitar el silencio</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Stop listening</source>
        <translation>Dejar de escuchar</translation>
    </message>
    <message>
        <source>The receiver</source>
        <translation>El receptor</translation>
    </message>
    <message>
        <source>Too much came at once to show this one. Keep messages in a folder to read them all.</source>
        <translation>Llegó demasiado a la vez para mostrar este. Guarde los mensajes en una carpeta para leerlos todos.</translation>
    </message>
    <message>
        <source>What is answered</source>
        <translation>Qué se responde</translation>
    </message>
    <message>
        <source>While it runs</source>
        <translation>En marcha</translation>
    </message>
    <message>
        <source>answers AE</source>
        <translation>responde AE</translation>
    </message>
    <message>
        <source>as the script says</source>
        <translation>según el guion</translation>
    </message>
    <message>
        <source>connects and hangs</source>
        <translation>conecta y se cuelga</translation>
    </message>
    <message>
        <source>last minute</source>
        <translation>último minuto</translation>
    </message>
    <message>
        <source>port closed</source>
        <translation>puerto cerrado</translation>
    </message>
</context>
<context>
    <name>ListenerWords</name>
    <message>
        <source>%1 a second</source>
        <translation>%1 por segundo</translation>
    </message>
    <message>
        <source>%1 never answered</source>
        <translation>%1 sin respuesta</translation>
    </message>
    <message>
        <source>%1 numbers missing</source>
        <translation>faltan %1 números</translation>
    </message>
    <message>
        <source>%1 opened so far</source>
        <translation>%1 abiertas hasta ahora</translation>
    </message>
    <message>
        <source>%1 with an error</source>
        <translation>%1 con error</translation>
    </message>
    <message>
        <source>%1 with results seen before</source>
        <translation>%1 con resultados ya vistos</translation>
    </message>
    <message>
        <source>An outage is on.</source>
        <translation>Hay un corte activo.</translation>
    </message>
    <message>
        <source>An outage is on: connections open, nothing is read.</source>
        <translation>Hay un corte activo: se conecta, pero no se lee nada.</translation>
    </message>
    <message>
        <source>An outage is on: every message is answered AE.</source>
        <translation>Hay un corte activo: todo mensaje recibe AE.</translation>
    </message>
    <message>
        <source>An outage is on: the port is closed, nobody can connect.</source>
        <translation>Hay un corte activo: el puerto está cerrado, nadie puede conectarse.</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>Respondidos</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Conexiones</translation>
    </message>
    <message>
        <source>Control id</source>
        <translation>Id. de control</translation>
    </message>
    <message>
        <source>Could not listen</source>
        <translation>No pudo escuchar</translation>
    </message>
    <message>
        <source>Decided by</source>
        <translation>Decidió</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Duplicados</translation>
    </message>
    <message>
        <source>Every message is answered %1, whatever the script says.</source>
        <translation>Todo mensaje recibe %1, diga lo que diga el guion.</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Escuchando</translation>
    </message>
    <message>
        <source>Not listening</source>
        <translation>Sin escuchar</translation>
    </message>
    <message>
        <source>One answer for all</source>
        <translation>Una respuesta para todo</translation>
    </message>
    <message>
        <source>Out of order</source>
        <translation>Fuera de orden</translation>
    </message>
    <message>
        <source>Outage is on</source>
        <translation>Corte activo</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Recibidos</translation>
    </message>
    <message>
        <source>Silence is on: messages are read, nothing is answered.</source>
        <translation>El silencio está activo: se leen los mensajes y no se responde nada.</translation>
    </message>
    <message>
        <source>Silent</source>
        <translation>En silencio</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Iniciando</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Hora</translation>
    </message>
    <message>
        <source>Trouble</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Tipo</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
    <message>
        <source>byte for byte</source>
        <translation>byte por byte</translation>
    </message>
    <message>
        <source>every one answered</source>
        <translation>todos respondidos</translation>
    </message>
    <message>
        <source>messages</source>
        <translation>mensajes</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>sin respuesta</translation>
    </message>
    <message>
        <source>none seen</source>
        <translation>ninguno visto</translation>
    </message>
    <message>
        <source>older than the patient's last</source>
        <translation>anteriores al último del paciente</translation>
    </message>
    <message>
        <source>open</source>
        <translation>abiertas</translation>
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
    <name>LooksCard</name>
    <message>
        <source>Clear</source>
        <translation>Borrar</translation>
    </message>
    <message>
        <source>Forget what was looked at</source>
        <translation>Olvidar lo consultado</translation>
    </message>
    <message>
        <source>You looked at</source>
        <translation>Lo que consultó</translation>
    </message>
    <message>
        <source>Encounters and traces you open are listed here, on this computer only.</source>
        <translation>Aquí se listan los episodios y trazas que abre, solo en este equipo.</translation>
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
    <name>MessageDesk</name>
    <message>
        <source>%1 of %2 sent</source>
        <translation>%1 de %2 enviados</translation>
    </message>
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n mensaje</numerusform>
            <numerusform>%n mensajes</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no HL7 message in what was opened.</source>
        <translation>No hay ningún mensaje HL7 en lo que se abrió.</translation>
    </message>
    <message>
        <source>pasted</source>
        <translation>pegado</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>enviado</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>detenido</translation>
    </message>
</context>
<context>
    <name>MessagePanel</name>
    <message>
        <source>Copy as ticket text: IDs and times</source>
        <translation>Copiar como texto de incidencia: ID y horas</translation>
    </message>
    <message>
        <source>Copy link to this message</source>
        <translation>Copiar enlace a este mensaje</translation>
    </message>
    <message>
        <source>Open the trace</source>
        <translation>Abrir la traza</translation>
    </message>
    <message>
        <source>Views of the message</source>
        <translation>Vistas del mensaje</translation>
    </message>
    <message>
        <source>Parsed</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>FHIR</source>
        <translation>FHIR</translation>
    </message>
    <message>
        <source>Hops</source>
        <translation>Saltos</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historia</translation>
    </message>
    <message>
        <source>Wrap lines</source>
        <translation>Ajustar líneas</translation>
    </message>
    <message>
        <source>Field, e.g. PID-5.1</source>
        <translation>Campo, p. ej. PID-5.1</translation>
    </message>
    <message>
        <source>Go to field</source>
        <translation>Ir al campo</translation>
    </message>
    <message>
        <source>FHIR document</source>
        <translation>Documento FHIR</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Hora</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Qué</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Evidencia</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Evento</translation>
    </message>
    <message>
        <source>event</source>
        <translation>evento</translation>
    </message>
    <message>
        <source>trace</source>
        <translation>traza</translation>
    </message>
    <message>
        <source>Fetching the message…</source>
        <translation>Trayendo el mensaje…</translation>
    </message>
    <message>
        <source>No tree</source>
        <translation>Sin árbol</translation>
    </message>
    <message>
        <source>This message could not be parsed. See it under Raw.</source>
        <translation>Este mensaje no se pudo leer. Véalo en Original.</translation>
    </message>
    <message>
        <source>No FHIR resources</source>
        <translation>Sin recursos FHIR</translation>
    </message>
    <message>
        <source>The message stopped before it became FHIR. Its cause stands above.</source>
        <translation>El mensaje se detuvo antes de convertirse en FHIR. La causa está arriba.</translation>
    </message>
    <message>
        <source>Nothing of this message has been filed as FHIR.</source>
        <translation>Nada de este mensaje se ha archivado como FHIR.</translation>
    </message>
    <message>
        <source>This message has no %1.</source>
        <translation>Este mensaje no tiene %1.</translation>
    </message>
    <message>
        <source>The trace has not arrived yet.</source>
        <translation>La traza aún no ha llegado.</translation>
    </message>
    <message>
        <source>Copied for a ticket: IDs and times, no patient details.</source>
        <translation>Copiado para una incidencia: ID y horas, sin datos del paciente.</translation>
    </message>
    <message>
        <source>Link copied.</source>
        <translation>Enlace copiado.</translation>
    </message>
</context>
<context>
    <name>MessagePeek</name>
    <message>
        <source>Choose a message to read it.</source>
        <translation>Elija un mensaje para leerlo.</translation>
    </message>
    <message>
        <source>Parsed</source>
        <translation>Analizado</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>The message</source>
        <translation>El mensaje</translation>
    </message>
</context>
<context>
    <name>MessageView</name>
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n mensaje</numerusform>
            <numerusform>%n mensajes</numerusform>
        </translation>
    </message>
    <message>
        <source>A message is being sent.</source>
        <translation>Se está enviando un mensaje.</translation>
    </message>
    <message>
        <source>A segment after the chosen one</source>
        <translation>Un segmento después del elegido</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Todos los archivos (*)</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Bytes on the wire</source>
        <translation>Bytes en la línea</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Borrar</translation>
    </message>
    <message>
        <source>Clear the history</source>
        <translation>Borrar el historial</translation>
    </message>
    <message>
        <source>Clear the history?</source>
        <translation>¿Borrar el historial?</translation>
    </message>
    <message>
        <source>Close the list</source>
        <translation>Cerrar la lista</translation>
    </message>
    <message>
        <source>Empty fields</source>
        <translation>Campos vacíos</translation>
    </message>
    <message>
        <source>Filter of the history</source>
        <translation>Filtro del historial</translation>
    </message>
    <message>
        <source>Filter: type, control id, receiver, answer</source>
        <translation>Filtro: tipo, id. de control, receptor, respuesta</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>Carpeta…</translation>
    </message>
    <message>
        <source>Go to PID-5.1 …</source>
        <translation>Ir a PID-5.1…</translation>
    </message>
    <message>
        <source>Go to a place, or PLACE=VALUE to set it</source>
        <translation>Ir a un lugar, o LUGAR=VALOR para ponerlo</translation>
    </message>
    <message>
        <source>Go to a place, or set it</source>
        <translation>Ir a un lugar o ponerlo</translation>
    </message>
    <message>
        <source>HL7 messages (*.hl7 *.txt *.er7 *.dat *.mllp)</source>
        <translation>Mensajes HL7 (*.hl7 *.txt *.er7 *.dat *.mllp)</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historial</translation>
    </message>
    <message>
        <source>How long to wait for the answer</source>
        <translation>Cuánto esperar la respuesta</translation>
    </message>
    <message>
        <source>Insert a segment</source>
        <translation>Insertar un segmento</translation>
    </message>
    <message>
        <source>Its bytes were not kept: %1. %2</source>
        <translation>Sus bytes no se guardaron: %1. %2</translation>
    </message>
    <message>
        <source>Listener beside it</source>
        <translation>Receptor al lado</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Nuevo</translation>
    </message>
    <message>
        <source>New control id and time</source>
        <translation>Id. de control y hora nuevos</translation>
    </message>
    <message>
        <source>On the wire</source>
        <translation>En la línea</translation>
    </message>
    <message>
        <source>One message</source>
        <translation>Un mensaje</translation>
    </message>
    <message>
        <source>One more repetition of the chosen field</source>
        <translation>Una repetición más del campo elegido</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Un paso atrás</translation>
    </message>
    <message>
        <source>One step forward</source>
        <translation>Un paso adelante</translation>
    </message>
    <message>
        <source>Open a folder of messages</source>
        <translation>Abrir una carpeta de mensajes</translation>
    </message>
    <message>
        <source>Open messages</source>
        <translation>Abrir mensajes</translation>
    </message>
    <message>
        <source>Open messages…</source>
        <translation>Abrir mensajes…</translation>
    </message>
    <message>
        <source>Opened messages</source>
        <translation>Mensajes abiertos</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Abrir…</translation>
    </message>
    <message>
        <source>PID-5.1 goes there; PID-8=F sets it (Ctrl+G)</source>
        <translation>PID-5.1 va allí; PID-8=F lo pone (Ctrl+G)</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Pegar</translation>
    </message>
    <message>
        <source>Receiver: a name or HOST:PORT</source>
        <translation>Receptor: un nombre o HOST:PUERTO</translation>
    </message>
    <message>
        <source>Remove what is chosen</source>
        <translation>Quitar lo elegido</translation>
    </message>
    <message>
        <source>Repeat</source>
        <translation>Repetir</translation>
    </message>
    <message>
        <source>Save the message</source>
        <translation>Guardar el mensaje</translation>
    </message>
    <message>
        <source>Save the message…</source>
        <translation>Guardar el mensaje…</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>Segmento</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Send all</source>
        <translation>Enviar todos</translation>
    </message>
    <message>
        <source>Send all %1</source>
        <translation>Enviar los %1</translation>
    </message>
    <message>
        <source>Send all opened messages</source>
        <translation>Enviar todos los mensajes abiertos</translation>
    </message>
    <message>
        <source>Send as a new message</source>
        <translation>Enviar como mensaje nuevo</translation>
    </message>
    <message>
        <source>Send as new</source>
        <translation>Enviar como nuevo</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>Enviar el mensaje</translation>
    </message>
    <message>
        <source>Send to %1</source>
        <translation>Enviar a %1</translation>
    </message>
    <message>
        <source>Send to another machine?</source>
        <translation>¿Enviar a otro equipo?</translation>
    </message>
    <message>
        <source>Sent messages</source>
        <translation>Mensajes enviados</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Stop sending</source>
        <translation>Dejar de enviar</translation>
    </message>
    <message>
        <source>TLS…</source>
        <translation>TLS…</translation>
    </message>
    <message>
        <source>The message has no %1.</source>
        <translation>El mensaje no tiene %1.</translation>
    </message>
    <message>
        <source>There is no message to send.</source>
        <translation>No hay ningún mensaje que enviar.</translation>
    </message>
    <message>
        <source>There is no text on the clipboard.</source>
        <translation>No hay texto en el portapapeles.</translation>
    </message>
    <message>
        <source>This can be sent, but it is no HL7 message: %1</source>
        <translation>Se puede enviar, pero no es un mensaje HL7: %1</translation>
    </message>
    <message>
        <source>To</source>
        <translation>A</translation>
    </message>
    <message>
        <source>What came of it</source>
        <translation>Qué resultó</translation>
    </message>
    <message>
        <source>What was sent from this view is forgotten on this computer. Receivers keep what they have.</source>
        <translation>Este equipo olvida lo que se envió desde esta vista. Los receptores conservan lo que tienen.</translation>
    </message>
    <message>
        <source>With a new MSH-10 and MSH-7 (Ctrl+Shift+Enter)</source>
        <translation>Con MSH-10 y MSH-7 nuevos (Ctrl+Mayús+Intro)</translation>
    </message>
    <message>
        <source>wait %1</source>
        <translation>esperar %1</translation>
    </message>
</context>
<context>
    <name>NeedsCard</name>
    <message>
        <source>Things that need you</source>
        <translation>Asuntos que le necesitan</translation>
    </message>
    <message numerus="yes">
        <source>Show %n more</source>
        <translation>
            <numerusform>Mostrar %n más</numerusform>
            <numerusform>Mostrar %n más</numerusform>
        </translation>
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
    <name>OrderView</name>
    <message>
        <source>Accession</source>
        <translation>N.º de muestra</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>Esperado</translation>
    </message>
    <message>
        <source>Filler number</source>
        <translation>N.º de laboratorio</translation>
    </message>
    <message>
        <source>From</source>
        <translation>De</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Messages of this order</source>
        <translation>Mensajes de esta petición</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>Pedido</translation>
    </message>
    <message>
        <source>Placer number</source>
        <translation>N.º de petición</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Resultado</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Detenido</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Hora</translation>
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
        <source>Harness</source>
        <translation>Pruebas</translation>
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
    <name>ParsedTree</name>
    <message>
        <source>Parsed message</source>
        <translation>Mensaje leído</translation>
    </message>
</context>
<context>
    <name>PartView</name>
    <message>
        <source>Try again</source>
        <translation>Probar de nuevo</translation>
    </message>
</context>
<context>
    <name>PatientBanner</name>
    <message>
        <source>No patient has been identified for these messages</source>
        <translation>No se ha identificado a ningún paciente en estos mensajes</translation>
    </message>
    <message>
        <source>No patient identified</source>
        <translation>Paciente no identificado</translation>
    </message>
</context>
<context>
    <name>ProbeDetails</name>
    <message>
        <source>About the probe</source>
        <translation>Sobre la prueba</translation>
    </message>
    <message>
        <source>Choose a probe to read what it sent and what came back.</source>
        <translation>Elija una prueba para leer qué envió y qué volvió.</translation>
    </message>
    <message>
        <source>Nothing was sent.</source>
        <translation>No se envió nada.</translation>
    </message>
    <message>
        <source>What was sent and came back</source>
        <translation>Lo enviado y lo recibido</translation>
    </message>
</context>
<context>
    <name>ProbeRunner</name>
    <message>
        <source>%1 of %2 probes</source>
        <translation>%1 de %2 pruebas</translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n falló</numerusform>
            <numerusform>%n fallaron</numerusform>
        </translation>
    </message>
    <message>
        <source>Probing %1</source>
        <translation>Probando %1</translation>
    </message>
    <message>
        <source>all passed</source>
        <translation>todas superadas</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>detenido</translation>
    </message>
</context>
<context>
    <name>ProbeView</name>
    <message>
        <source>%1 cannot be probed</source>
        <translation>No se puede probar %1</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>No se puede escribir %1: %2</translation>
    </message>
    <message>
        <source>%1 withstood every probe</source>
        <translation>%1 superó todas las pruebas</translation>
    </message>
    <message numerus="yes">
        <source>%1: %n probe(s) failed</source>
        <translation>
            <numerusform>%1: falló %n prueba</numerusform>
            <numerusform>%1: fallaron %n pruebas</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: not every probe could run</source>
        <translation>%1: no se pudieron ejecutar todas las pruebas</translation>
    </message>
    <message numerus="yes">
        <source>%n probe(s) failed</source>
        <translation>
            <numerusform>falló %n prueba</numerusform>
            <numerusform>fallaron %n pruebas</numerusform>
        </translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Copiar como texto</translation>
    </message>
    <message>
        <source>Copy the report as text</source>
        <translation>Copiar el informe como texto</translation>
    </message>
    <message>
        <source>Data (JSON)…</source>
        <translation>Datos (JSON)…</translation>
    </message>
    <message>
        <source>Earlier reports</source>
        <translation>Informes anteriores</translation>
    </message>
    <message>
        <source>Earlier reports of probes</source>
        <translation>Informes anteriores de pruebas</translation>
    </message>
    <message>
        <source>Every suite that ends is kept here.</source>
        <translation>Aquí se guarda cada serie que termina.</translation>
    </message>
    <message>
        <source>For a build server (JUnit)…</source>
        <translation>Para un servidor de integración (JUnit)…</translation>
    </message>
    <message>
        <source>No probes are going on.</source>
        <translation>No hay pruebas en marcha.</translation>
    </message>
    <message>
        <source>No report is kept yet</source>
        <translation>Aún no hay ningún informe guardado</translation>
    </message>
    <message>
        <source>Nothing was probed yet</source>
        <translation>Aún no se ha probado nada</translation>
    </message>
    <message>
        <source>One page for the vendor (HTML)…</source>
        <translation>Una página para el proveedor (HTML)…</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Resultado</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Probar</translation>
    </message>
    <message>
        <source>Probe %1</source>
        <translation>Probar %1</translation>
    </message>
    <message>
        <source>Probe another machine?</source>
        <translation>¿Probar otra máquina?</translation>
    </message>
    <message>
        <source>Probe the receiver</source>
        <translation>Probar el receptor</translation>
    </message>
    <message>
        <source>Probes</source>
        <translation>Pruebas</translation>
    </message>
    <message>
        <source>Probes are going on.</source>
        <translation>Hay pruebas en marcha.</translation>
    </message>
    <message>
        <source>Probes finished</source>
        <translation>Pruebas terminadas</translation>
    </message>
    <message>
        <source>Probes may disturb a receiver or take it down. Never probe a system that patients depend on.</source>
        <translation>Las pruebas pueden perturbar un receptor o tumbarlo. No pruebe nunca un sistema del que dependan pacientes.</translation>
    </message>
    <message>
        <source>Probing %1: %2 of %3</source>
        <translation>Probando %1: %2 de %3</translation>
    </message>
    <message>
        <source>Receiver</source>
        <translation>Receptor</translation>
    </message>
    <message>
        <source>Receiver to probe: HOST:PORT</source>
        <translation>Receptor que probar: HOST:PUERTO</translation>
    </message>
    <message>
        <source>Save report</source>
        <translation>Guardar informe</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>Guardar el informe</translation>
    </message>
    <message>
        <source>Save the report for the vendor…</source>
        <translation>Guardar el informe para el proveedor…</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>Guardado como %1</translation>
    </message>
    <message>
        <source>Some eighty small questions, less than a minute: split frames, odd separators, huge messages, lost connections. Each says what was sent, what came back and what to change. For test systems only.</source>
        <translation>Unas ochenta preguntas pequeñas en menos de un minuto: tramas partidas, separadores raros, mensajes enormes, conexiones perdidas. Cada una dice qué se envió, qué volvió y qué cambiar. Solo para sistemas de prueba.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Stop probing</source>
        <translation>Dejar de probar</translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n probe(s)</source>
        <translation>
            <numerusform>Detenido tras %n prueba</numerusform>
            <numerusform>Detenido tras %n pruebas</numerusform>
        </translation>
    </message>
    <message>
        <source>TLS on</source>
        <translation>TLS activo</translation>
    </message>
    <message>
        <source>TLS…</source>
        <translation>TLS…</translation>
    </message>
    <message>
        <source>The report is in the clipboard.</source>
        <translation>El informe está en el portapapeles.</translation>
    </message>
    <message>
        <source>There is no report of a suite that was stopped.</source>
        <translation>No hay informe de una serie detenida.</translation>
    </message>
    <message>
        <source>There is no report yet.</source>
        <translation>Aún no hay informe.</translation>
    </message>
    <message>
        <source>There is no whole report to save.</source>
        <translation>No hay un informe completo que guardar.</translation>
    </message>
    <message>
        <source>This report cannot be read.</source>
        <translation>Este informe no se puede leer.</translation>
    </message>
    <message>
        <source>What fails is tried again alone before it counts.</source>
        <translation>Lo que falla se repite a solas antes de contar.</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Cuándo</translation>
    </message>
    <message>
        <source>Which probes</source>
        <translation>Qué pruebas</translation>
    </message>
    <message>
        <source>Which receiver? Give HOST:PORT, such as 127.0.0.1:2575.</source>
        <translation>¿Qué receptor? Indique HOST:PUERTO, por ejemplo 127.0.0.1:2575.</translation>
    </message>
    <message>
        <source>all passed</source>
        <translation>todas superadas</translation>
    </message>
    <message>
        <source>all probes</source>
        <translation>todas las pruebas</translation>
    </message>
    <message>
        <source>not every probe ran</source>
        <translation>no se ejecutaron todas</translation>
    </message>
</context>
<context>
    <name>ProbeWords</name>
    <message>
        <source>%1 failed</source>
        <translation>%1 fallidas</translation>
    </message>
    <message>
        <source>%1 not run</source>
        <translation>%1 sin ejecutar</translation>
    </message>
    <message>
        <source>%1 passed</source>
        <translation>%1 superadas</translation>
    </message>
    <message>
        <source>%1 unclear</source>
        <translation>%1 dudosas</translation>
    </message>
    <message>
        <source>Acknowledgment</source>
        <translation>Acuse de recibo</translation>
    </message>
    <message>
        <source>Characters</source>
        <translation>Caracteres</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>Contenido</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fallida</translation>
    </message>
    <message>
        <source>Framing</source>
        <translation>Tramas</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Carga</translation>
    </message>
    <message>
        <source>MLLP receiver %1: %2 of %3 probes failed</source>
        <translation>Receptor MLLP %1: fallaron %2 de %3 pruebas</translation>
    </message>
    <message>
        <source>Not run</source>
        <translation>Sin ejecutar</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>Resultado</translation>
    </message>
    <message>
        <source>Passed</source>
        <translation>Superada</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Prueba</translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation>Recuperación</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Tamaño</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Fuente</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>Unclear</source>
        <translation>Dudosa</translation>
    </message>
    <message>
        <source>What a sound receiver does</source>
        <translation>Qué hace un receptor correcto</translation>
    </message>
    <message>
        <source>What to change</source>
        <translation>Qué cambiar</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>Qué se encontró</translation>
    </message>
    <message>
        <source>Why it matters</source>
        <translation>Por qué importa</translation>
    </message>
    <message>
        <source>critical</source>
        <translation>crítica</translation>
    </message>
    <message>
        <source>major</source>
        <translation>grave</translation>
    </message>
    <message>
        <source>minor</source>
        <translation>leve</translation>
    </message>
</context>
<context>
    <name>ProblemDialog</name>
    <message>
        <source>A message of the run</source>
        <translation>Un mensaje de la ejecución</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Copiado.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Message and answer</source>
        <translation>Mensaje y respuesta</translation>
    </message>
    <message>
        <source>Message as sent</source>
        <translation>Mensaje enviado</translation>
    </message>
    <message>
        <source>The answer</source>
        <translation>La respuesta</translation>
    </message>
    <message>
        <source>The message as it was sent</source>
        <translation>El mensaje tal como se envió</translation>
    </message>
    <message>
        <source>The message is being made again from the scenario and its seed…</source>
        <translation>El mensaje se rehace a partir del escenario y su semilla…</translation>
    </message>
    <message>
        <source>The message is hidden: patient details are hidden (Ctrl+Shift+P).</source>
        <translation>El mensaje está oculto: los datos del paciente están ocultos (Ctrl+Mayús+P).</translation>
    </message>
</context>
<context>
    <name>ProblemsCard</name>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Latest problems</source>
        <translation>Últimos problemas</translation>
    </message>
    <message>
        <source>None so far. A message that was refused, late or not answered shows here.</source>
        <translation>Ninguno hasta ahora. Aquí se muestra cada mensaje rechazado, tardío o sin respuesta.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Tiempo</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Qué pasó</translation>
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
    <name>RawEditor</name>
    <message>
        <source>Raw message</source>
        <translation>Mensaje en bruto</translation>
    </message>
</context>
<context>
    <name>RawView</name>
    <message>
        <source>Raw message</source>
        <translation>Mensaje original</translation>
    </message>
</context>
<context>
    <name>RunActs</name>
    <message>
        <source>Check again what arrived</source>
        <translation>Comprobar otra vez lo que llegó</translation>
    </message>
    <message>
        <source>Checked what arrived: see Checks.</source>
        <translation>Comprobado lo que llegó: véase Comprobaciones.</translation>
    </message>
    <message>
        <source>Compare with an earlier run…</source>
        <translation>Comparar con otra ejecución…</translation>
    </message>
    <message>
        <source>More about this run</source>
        <translation>Más sobre esta ejecución</translation>
    </message>
    <message>
        <source>Open a scenario file</source>
        <translation>Abrir un archivo de escenario</translation>
    </message>
    <message>
        <source>Run again, same seed</source>
        <translation>Repetir con la misma semilla</translation>
    </message>
    <message>
        <source>Save as JUnit XML…</source>
        <translation>Guardar como JUnit XML…</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>Guardar el informe</translation>
    </message>
    <message>
        <source>Save the report as JSON…</source>
        <translation>Guardar el informe como JSON…</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Guardado como %1.</translation>
    </message>
    <message>
        <source>Scenario files (*.toml)</source>
        <translation>Archivos de escenario (*.toml)</translation>
    </message>
    <message>
        <source>Send to %1</source>
        <translation>Enviar a %1</translation>
    </message>
    <message>
        <source>Send to another machine?</source>
        <translation>¿Enviar a otro equipo?</translation>
    </message>
    <message>
        <source>Show the run's folder</source>
        <translation>Mostrar la carpeta de la ejecución</translation>
    </message>
</context>
<context>
    <name>RunAfter</name>
    <message>
        <source>%1 per sec</source>
        <translation>%1 por s</translation>
    </message>
    <message>
        <source>Check of run %1</source>
        <translation>Comprobación de la ejecución %1</translation>
    </message>
    <message>
        <source>It could not be checked what arrived.</source>
        <translation>No se pudo comprobar lo que llegó.</translation>
    </message>
    <message>
        <source>The later run is not worse.</source>
        <translation>La ejecución posterior no es peor.</translation>
    </message>
    <message>
        <source>The later run is worse.</source>
        <translation>La ejecución posterior es peor.</translation>
    </message>
    <message>
        <source>The two runs could not be compared.</source>
        <translation>No se pudieron comparar las dos ejecuciones.</translation>
    </message>
    <message>
        <source>asking what arrived</source>
        <translation>preguntando qué llegó</translation>
    </message>
    <message>
        <source>better</source>
        <translation>mejor</translation>
    </message>
    <message>
        <source>checked</source>
        <translation>comprobado</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>no se sabe</translation>
    </message>
    <message>
        <source>same</source>
        <translation>igual</translation>
    </message>
    <message>
        <source>within noise</source>
        <translation>dentro del ruido</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>peor</translation>
    </message>
</context>
<context>
    <name>RunCharts</name>
    <message>
        <source>Answer time</source>
        <translation>Tiempo de respuesta</translation>
    </message>
    <message>
        <source>How answer times spread shows here.</source>
        <translation>Aquí se muestra cómo se reparten los tiempos de respuesta.</translation>
    </message>
    <message>
        <source>How long answers take from the planned send time shows here.</source>
        <translation>Aquí se muestra cuánto tardan las respuestas desde la hora prevista de envío.</translation>
    </message>
    <message>
        <source>Last 5 min</source>
        <translation>Últimos 5 min</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Mensajes</translation>
    </message>
    <message>
        <source>Messages per second</source>
        <translation>Mensajes por segundo</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Intervalo</translation>
    </message>
    <message>
        <source>Sent and acknowledged messages show here, second by second.</source>
        <translation>Aquí se muestran los mensajes enviados y confirmados, segundo a segundo.</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Proporción</translation>
    </message>
    <message>
        <source>Show only the last five minutes</source>
        <translation>Mostrar solo los últimos cinco minutos</translation>
    </message>
    <message>
        <source>Spread of answer times</source>
        <translation>Reparto de los tiempos de respuesta</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Tiempo</translation>
    </message>
    <message>
        <source>acknowledged</source>
        <translation>confirmados</translation>
    </message>
    <message>
        <source>last %1</source>
        <translation>últimos %1</translation>
    </message>
    <message>
        <source>limit p99 %1</source>
        <translation>límite p99 %1</translation>
    </message>
    <message>
        <source>ms, from the planned send time</source>
        <translation>ms, desde la hora prevista de envío</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>previstos</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>enviados</translation>
    </message>
    <message>
        <source>whole run</source>
        <translation>toda la ejecución</translation>
    </message>
    <message>
        <source>whole run after warm-up</source>
        <translation>toda la ejecución tras el calentamiento</translation>
    </message>
</context>
<context>
    <name>RunCommands</name>
    <message>
        <source>Draw a new seed</source>
        <translation>Sacar otra semilla</translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation>Ejecuciones anteriores</translation>
    </message>
    <message>
        <source>Nothing is running.</source>
        <translation>No hay nada en marcha.</translation>
    </message>
    <message>
        <source>Open a scenario file…</source>
        <translation>Abrir un archivo de escenario…</translation>
    </message>
    <message>
        <source>Open the report</source>
        <translation>Abrir el informe</translation>
    </message>
    <message>
        <source>Pause or go on</source>
        <translation>Pausar o continuar</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Ejecución</translation>
    </message>
    <message>
        <source>Run again, same seed</source>
        <translation>Repetir con la misma semilla</translation>
    </message>
    <message>
        <source>Show or hide the scenario</source>
        <translation>Mostrar u ocultar el escenario</translation>
    </message>
    <message>
        <source>Start the run</source>
        <translation>Iniciar la ejecución</translation>
    </message>
    <message>
        <source>Stop the run</source>
        <translation>Detener la ejecución</translation>
    </message>
    <message>
        <source>There is no report yet.</source>
        <translation>Todavía no hay informe.</translation>
    </message>
</context>
<context>
    <name>RunDesk</name>
    <message>
        <source>%1 is marked PRODUCTION. The harness never sends there.</source>
        <translation>%1 está marcado como PRODUCCIÓN. El banco de pruebas nunca envía allí.</translation>
    </message>
    <message>
        <source>%1 is not this computer. The allow-list names it, and everything this run sends goes there.</source>
        <translation>%1 no es este equipo. La lista de permitidos lo nombra, y todo lo que envíe esta ejecución irá allí.</translation>
    </message>
    <message>
        <source>A run is going on. Stop it first.</source>
        <translation>Hay una ejecución en marcha. Deténgala primero.</translation>
    </message>
    <message>
        <source>Choose a scenario first.</source>
        <translation>Elija primero un escenario.</translation>
    </message>
    <message>
        <source>The file could not be read.</source>
        <translation>No se pudo leer el archivo.</translation>
    </message>
    <message>
        <source>The scenario file has errors. Mend it, then read it again.</source>
        <translation>El archivo del escenario tiene errores. Corríjalo y vuelva a leerlo.</translation>
    </message>
    <message>
        <source>The scenarios could not be read.</source>
        <translation>No se pudieron leer los escenarios.</translation>
    </message>
    <message>
        <source>The target wants an address like 127.0.0.1:2575.</source>
        <translation>El destino debe ser una dirección como 127.0.0.1:2575.</translation>
    </message>
    <message>
        <source>own listener</source>
        <translation>receptor propio</translation>
    </message>
</context>
<context>
    <name>RunHead</name>
    <message>
        <source>Earlier runs</source>
        <translation>Ejecuciones anteriores</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Continuar</translation>
    </message>
    <message>
        <source>More about this run</source>
        <translation>Más sobre esta ejecución</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausar</translation>
    </message>
    <message>
        <source>Pause or go on (P)</source>
        <translation>Pausar o continuar (P)</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Informe</translation>
    </message>
    <message>
        <source>Show or hide the scenario</source>
        <translation>Mostrar u ocultar el escenario</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Iniciar</translation>
    </message>
    <message>
        <source>Stop run</source>
        <translation>Detener</translation>
    </message>
</context>
<context>
    <name>RunList</name>
    <message>
        <source>Back to the run</source>
        <translation>Volver a la ejecución</translation>
    </message>
    <message>
        <source>Choose a run.</source>
        <translation>Elija una ejecución.</translation>
    </message>
    <message>
        <source>Choose one run.</source>
        <translation>Elija una sola ejecución.</translation>
    </message>
    <message>
        <source>Choose two runs with Ctrl.</source>
        <translation>Elija dos ejecuciones con Ctrl.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Borrar</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n run(s)?</source>
        <translation>
            <numerusform>¿Borrar %n ejecución?</numerusform>
            <numerusform>¿Borrar %n ejecuciones?</numerusform>
        </translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation>Ejecuciones anteriores</translation>
    </message>
    <message>
        <source>Every run is kept in the data folder, with its scenario, its seed and its verdict.</source>
        <translation>Cada ejecución se guarda en la carpeta de datos, con su escenario, su semilla y su veredicto.</translation>
    </message>
    <message>
        <source>Ledger, report and captured messages go for good. The same seed makes the same bytes again.</source>
        <translation>El registro, el informe y los mensajes capturados se borran para siempre. La misma semilla vuelve a dar los mismos bytes.</translation>
    </message>
    <message>
        <source>No run has been made yet</source>
        <translation>Todavía no hay ninguna ejecución</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Abrir</translation>
    </message>
    <message>
        <source>Reading the runs…</source>
        <translation>Leyendo las ejecuciones…</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Informe</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Ejecución</translation>
    </message>
    <message>
        <source>Scenario</source>
        <translation>Escenario</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviados</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Destino</translation>
    </message>
    <message>
        <source>This run has no report.</source>
        <translation>Esta ejecución no tiene informe.</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Veredicto</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Cuándo</translation>
    </message>
    <message>
        <source>no verdict</source>
        <translation>sin veredicto</translation>
    </message>
</context>
<context>
    <name>RunProblem</name>
    <message>
        <source>A sound receiver may say</source>
        <translation>Un receptor correcto puede decir</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Answered after</source>
        <translation>Respondido a los</translation>
    </message>
    <message>
        <source>Broken on purpose</source>
        <translation>Roto a propósito</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Conexión</translation>
    </message>
    <message>
        <source>Control id</source>
        <translation>Id. de control</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>Fila</translation>
    </message>
    <message>
        <source>Sent so often</source>
        <translation>Veces enviado</translation>
    </message>
    <message>
        <source>The message could not be made again.</source>
        <translation>No se pudo rehacer el mensaje.</translation>
    </message>
    <message>
        <source>Time of the run</source>
        <translation>Tiempo de la ejecución</translation>
    </message>
</context>
<context>
    <name>RunSettings</name>
    <message>
        <source>%1 × the plan</source>
        <translation>%1 × el plan</translation>
    </message>
    <message>
        <source>As planned: %1</source>
        <translation>Según el plan: %1</translation>
    </message>
    <message>
        <source>Check afterwards</source>
        <translation>Comprobar después</translation>
    </message>
    <message>
        <source>Draw a new seed</source>
        <translation>Sacar otra semilla</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>Duplicados</translation>
    </message>
    <message>
        <source>Duplicates: share of messages sent twice, in per cent</source>
        <translation>Duplicados: proporción de mensajes enviados dos veces, en tanto por ciento</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Carga</translation>
    </message>
    <message>
        <source>Malformed</source>
        <translation>Mal formados</translation>
    </message>
    <message>
        <source>Malformed: share of messages broken on purpose, in per cent</source>
        <translation>Mal formados: proporción de mensajes rotos a propósito, en tanto por ciento</translation>
    </message>
    <message>
        <source>Mirth Connect</source>
        <translation>Mirth Connect</translation>
    </message>
    <message>
        <source>Nothing: only the answers count</source>
        <translation>Nada: solo cuentan las respuestas</translation>
    </message>
    <message>
        <source>Out of order</source>
        <translation>Desordenados</translation>
    </message>
    <message>
        <source>Out of order: share of messages that change places, in per cent</source>
        <translation>Desordenados: proporción de mensajes que cambian de lugar, en tanto por ciento</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Semilla</translation>
    </message>
    <message>
        <source>Seed: the same seed gives the same bytes</source>
        <translation>Semilla: la misma semilla da los mismos bytes</translation>
    </message>
    <message>
        <source>Senders</source>
        <translation>Emisores</translation>
    </message>
    <message>
        <source>Senders: connections at the same time</source>
        <translation>Emisores: conexiones a la vez</translation>
    </message>
    <message>
        <source>The engine of this computer</source>
        <translation>El motor de este equipo</translation>
    </message>
    <message>
        <source>a FHIR server</source>
        <translation>un servidor FHIR</translation>
    </message>
    <message>
        <source>a Signalbox engine</source>
        <translation>un motor Signalbox</translation>
    </message>
    <message>
        <source>a new one</source>
        <translation>nueva</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nada</translation>
    </message>
    <message>
        <source>the harness's own listener</source>
        <translation>el receptor propio</translation>
    </message>
</context>
<context>
    <name>RunTargets</name>
    <message>
        <source>Another address…</source>
        <translation>Otra dirección…</translation>
    </message>
    <message>
        <source>As planned: %1</source>
        <translation>Según el plan: %1</translation>
    </message>
    <message>
        <source>As planned: the harness's own listener</source>
        <translation>Según el plan: el receptor propio</translation>
    </message>
    <message>
        <source>The harness's own listener, with a script</source>
        <translation>El receptor propio, con un guion</translation>
    </message>
</context>
<context>
    <name>RunView</name>
    <message>
        <source>%1 in all</source>
        <translation>%1 en total</translation>
    </message>
    <message>
        <source>A run is going on. Look at earlier ones when it has ended.</source>
        <translation>Hay una ejecución en marcha. Mire las anteriores cuando termine.</translation>
    </message>
    <message>
        <source>Ended without a verdict</source>
        <translation>Terminó sin veredicto</translation>
    </message>
    <message>
        <source>Harness</source>
        <translation>Banco de pruebas</translation>
    </message>
    <message>
        <source>Nothing has been sent yet.</source>
        <translation>Todavía no se ha enviado nada.</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Lista</translation>
    </message>
    <message>
        <source>The run</source>
        <translation>La ejecución</translation>
    </message>
    <message>
        <source>There is no run %1 in this data folder.</source>
        <translation>No hay ninguna ejecución %1 en esta carpeta de datos.</translation>
    </message>
</context>
<context>
    <name>RunWords</name>
    <message>
        <source>%1 from the actual send under %2</source>
        <translation>%1 desde el envío real por debajo de %2</translation>
    </message>
    <message>
        <source>%1 under %2</source>
        <translation>%1 por debajo de %2</translation>
    </message>
    <message>
        <source>AA accepted</source>
        <translation>AA aceptado</translation>
    </message>
    <message>
        <source>AE error</source>
        <translation>AE error</translation>
    </message>
    <message>
        <source>AR rejected</source>
        <translation>AR rechazado</translation>
    </message>
    <message>
        <source>Acknowledged</source>
        <translation>Confirmados</translation>
    </message>
    <message>
        <source>Answer time p50</source>
        <translation>Tiempo de respuesta p50</translation>
    </message>
    <message>
        <source>Answer time p99</source>
        <translation>Tiempo de respuesta p99</translation>
    </message>
    <message>
        <source>CA taken, not yet applied</source>
        <translation>CA recibido, aún sin aplicar</translation>
    </message>
    <message>
        <source>CE error</source>
        <translation>CE error</translation>
    </message>
    <message>
        <source>CR rejected</source>
        <translation>CR rechazado</translation>
    </message>
    <message>
        <source>Checking what arrived</source>
        <translation>Comprobando lo que llegó</translation>
    </message>
    <message>
        <source>Corrections last</source>
        <translation>Las correcciones prevalecen</translation>
    </message>
    <message>
        <source>Done: this scenario checks nothing</source>
        <translation>Hecho: este escenario no comprueba nada</translation>
    </message>
    <message>
        <source>Errors under %1</source>
        <translation>Errores por debajo de %1</translation>
    </message>
    <message>
        <source>Every message answered</source>
        <translation>Todos los mensajes con respuesta</translation>
    </message>
    <message>
        <source>Everything planned was sent</source>
        <translation>Se envió todo lo previsto</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>No superada</translation>
    </message>
    <message>
        <source>Failed: %1</source>
        <translation>No superada: %1</translation>
    </message>
    <message>
        <source>Invalid measurement</source>
        <translation>Medición no válida</translation>
    </message>
    <message>
        <source>Invalid measurement: this computer was too slow, not the target</source>
        <translation>Medición no válida: fue lento este equipo, no el destino</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Perdidos</translation>
    </message>
    <message>
        <source>No acknowledgment for another message</source>
        <translation>Ninguna confirmación para otro mensaje</translation>
    </message>
    <message>
        <source>No broken message accepted</source>
        <translation>Ningún mensaje roto aceptado</translation>
    </message>
    <message>
        <source>No result at the wrong order</source>
        <translation>Ningún resultado en otra petición</translation>
    </message>
    <message>
        <source>No result at the wrong patient</source>
        <translation>Ningún resultado en otro paciente</translation>
    </message>
    <message>
        <source>No result changed on the way</source>
        <translation>Ningún resultado alterado por el camino</translation>
    </message>
    <message>
        <source>No result charted twice</source>
        <translation>Ningún resultado anotado dos veces</translation>
    </message>
    <message>
        <source>No result lost</source>
        <translation>Ningún resultado perdido</translation>
    </message>
    <message>
        <source>Not observed: %1.</source>
        <translation>Sin observar: %1.</translation>
    </message>
    <message>
        <source>Not started</source>
        <translation>No iniciada</translation>
    </message>
    <message>
        <source>Order kept per patient</source>
        <translation>Orden conservado por paciente</translation>
    </message>
    <message>
        <source>Passed</source>
        <translation>Superada</translation>
    </message>
    <message>
        <source>Passed: %1 of %2 checks</source>
        <translation>Superada: %1 de %2 comprobaciones</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>En pausa</translation>
    </message>
    <message>
        <source>Queue empty within %1 of the end</source>
        <translation>Cola vacía en %1 tras el final</translation>
    </message>
    <message>
        <source>Recovered within %1 of the outage</source>
        <translation>Recuperado en %1 tras la caída</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>En marcha</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Enviados</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Arrancando</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Detenida</translation>
    </message>
    <message>
        <source>Stopped after %1</source>
        <translation>Detenida a los %1</translation>
    </message>
    <message>
        <source>The harness itself late by less than %2 (%1)</source>
        <translation>Retraso del propio banco menor de %2 (%1)</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
    <message>
        <source>Waiting for answers</source>
        <translation>Esperando respuestas</translation>
    </message>
    <message>
        <source>Warming up</source>
        <translation>Calentando</translation>
    </message>
    <message>
        <source>accepted although it was broken</source>
        <translation>aceptado aunque estaba roto</translation>
    </message>
    <message>
        <source>acknowledged and not there</source>
        <translation>confirmados y ausentes</translation>
    </message>
    <message>
        <source>all answered so far</source>
        <translation>todos respondidos por ahora</translation>
    </message>
    <message>
        <source>answered too late</source>
        <translation>respuesta tardía</translation>
    </message>
    <message>
        <source>answered with an error</source>
        <translation>respuesta con error</translation>
    </message>
    <message>
        <source>at most %1 in a second</source>
        <translation>como máximo %1 en un segundo</translation>
    </message>
    <message>
        <source>checked when the run has ended</source>
        <translation>se comprueba al terminar</translation>
    </message>
    <message>
        <source>connection lost</source>
        <translation>conexión perdida</translation>
    </message>
    <message>
        <source>every acknowledged result is there</source>
        <translation>cada resultado confirmado está</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>no superada</translation>
    </message>
    <message>
        <source>for another message</source>
        <translation>para otro mensaje</translation>
    </message>
    <message>
        <source>limit %1</source>
        <translation>límite %1</translation>
    </message>
    <message>
        <source>messages</source>
        <translation>mensajes</translation>
    </message>
    <message>
        <source>no acknowledgment</source>
        <translation>no es una confirmación</translation>
    </message>
    <message>
        <source>no answer in time</source>
        <translation>sin respuesta a tiempo</translation>
    </message>
    <message>
        <source>nobody could be reached</source>
        <translation>no se llegó a nadie</translation>
    </message>
    <message>
        <source>not checked in this run</source>
        <translation>no se comprueba en esta ejecución</translation>
    </message>
    <message>
        <source>not checked yet · %1 without an answer</source>
        <translation>aún sin comprobar · %1 sin respuesta</translation>
    </message>
    <message>
        <source>not observed</source>
        <translation>sin observar</translation>
    </message>
    <message>
        <source>not sent</source>
        <translation>no enviado</translation>
    </message>
    <message>
        <source>of %1 planned, %2</source>
        <translation>de %1 previstos, %2</translation>
    </message>
    <message>
        <source>passed</source>
        <translation>superada</translation>
    </message>
    <message>
        <source>peak %1 at %2</source>
        <translation>máximo %1 a los %2</translation>
    </message>
    <message>
        <source>per sec</source>
        <translation>por s</translation>
    </message>
    <message>
        <source>planned</source>
        <translation>previsto</translation>
    </message>
    <message>
        <source>planned %1 per sec</source>
        <translation>previsto %1 por s</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>rechazado</translation>
    </message>
    <message>
        <source>results</source>
        <translation>resultados</translation>
    </message>
    <message>
        <source>run %1</source>
        <translation>ejecución %1</translation>
    </message>
    <message>
        <source>running</source>
        <translation>en curso</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>semilla %1</translation>
    </message>
    <message>
        <source>start</source>
        <translation>inicio</translation>
    </message>
    <message>
        <source>taken, and never applied</source>
        <translation>recibido y nunca aplicado</translation>
    </message>
    <message>
        <source>the answer is no acknowledgment</source>
        <translation>la respuesta no es una confirmación</translation>
    </message>
    <message>
        <source>the answer names another message</source>
        <translation>la respuesta nombra otro mensaje</translation>
    </message>
    <message>
        <source>the connection ended before the answer</source>
        <translation>la conexión terminó antes de la respuesta</translation>
    </message>
</context>
<context>
    <name>ScenarioChoice</name>
    <message numerus="yes">
        <source>%n error(s) in the file</source>
        <translation>
            <numerusform>%n error en el archivo</numerusform>
            <numerusform>%n errores en el archivo</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a scenario file…</source>
        <translation>Abrir un archivo de escenario…</translation>
    </message>
    <message>
        <source>Read the file again</source>
        <translation>Volver a leer el archivo</translation>
    </message>
    <message>
        <source>Reading the scenarios…</source>
        <translation>Leyendo los escenarios…</translation>
    </message>
    <message>
        <source>Scenario</source>
        <translation>Escenario</translation>
    </message>
    <message>
        <source>Show the file</source>
        <translation>Mostrar el archivo</translation>
    </message>
    <message>
        <source>did you mean %1?</source>
        <translation>¿quería decir %1?</translation>
    </message>
    <message>
        <source>line %1</source>
        <translation>línea %1</translation>
    </message>
</context>
<context>
    <name>ScenarioPanel</name>
    <message>
        <source>%1 in %2</source>
        <translation>%1 en %2</translation>
    </message>
    <message>
        <source>%1 messages</source>
        <translation>%1 mensajes</translation>
    </message>
    <message numerus="yes">
        <source>%n check(s)</source>
        <translation>
            <numerusform>%n comprobación</numerusform>
            <numerusform>%n comprobaciones</numerusform>
        </translation>
    </message>
    <message>
        <source>Planned rate over time</source>
        <translation>Ritmo previsto a lo largo del tiempo</translation>
    </message>
    <message>
        <source>Rate over time</source>
        <translation>Ritmo a lo largo del tiempo</translation>
    </message>
    <message>
        <source>Send to %1</source>
        <translation>Enviar a %1</translation>
    </message>
    <message>
        <source>Settings of the run</source>
        <translation>Ajustes de la ejecución</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Iniciar</translation>
    </message>
    <message>
        <source>The plan does not say how fast it will be: as fast as the target answers.</source>
        <translation>El plan no dice a qué ritmo irá: tan rápido como responda el destino.</translation>
    </message>
    <message>
        <source>This computer only, unless the allow-list names another and you confirm it. A target marked PRODUCTION is refused.</source>
        <translation>Solo este equipo, salvo que la lista de permitidos nombre otro y usted lo confirme. Un destino marcado como PRODUCCIÓN se rechaza.</translation>
    </message>
</context>
<context>
    <name>SearchPanel</name>
    <message>
        <source>A ward is on the phone?</source>
        <translation>¿Llaman de una planta?</translation>
    </message>
    <message>
        <source>Type or paste what they have: a name, a number from the wristband, an order, a sample, a message.</source>
        <translation>Escriba o pegue lo que tengan: un nombre, un número de la pulsera, una petición, una muestra, un mensaje.</translation>
    </message>
    <message>
        <source>e.g. 999 014 7213, 55121, 26L0048812, MARTÍNEZ 14-Aug-1957</source>
        <translation>p. ej. 999 014 7213, 55121, 26L0048812, MARTÍNEZ 14-ago-1957</translation>
    </message>
    <message>
        <source>Find a patient, encounter, order, sample, message or event</source>
        <translation>Buscar un paciente, episodio, petición, muestra, mensaje o evento</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Buscando</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Intentar de nuevo</translation>
    </message>
    <message>
        <source>No case fits everything; these fit a part</source>
        <translation>Ningún caso encaja con todo; estos encajan en parte</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nada encontrado</translation>
    </message>
</context>
<context>
    <name>SendersCard</name>
    <message>
        <source>Sources</source>
        <translation>Fuentes</translation>
    </message>
    <message>
        <source>No system has sent anything yet.</source>
        <translation>Ningún sistema ha enviado nada todavía.</translation>
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
        <source>The hospitals you look at. Tokens go to the system keyring or, without one, to a private file.</source>
        <translation>Los hospitales que consulta. Los tokens van al almacén de claves del sistema o, si no lo hay, a un archivo privado.</translation>
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
    <name>SpreadChart</name>
    <message>
        <source>Most answers took %1 (%2).</source>
        <translation>La mayoría de las respuestas tardó %1 (%2).</translation>
    </message>
    <message>
        <source>messages</source>
        <translation>mensajes</translation>
    </message>
    <message>
        <source>share</source>
        <translation>proporción</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>Queued</source>
        <translation>En cola</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En espera</translation>
    </message>
    <message>
        <source>Retrying</source>
        <translation>Reintentando</translation>
    </message>
    <message>
        <source>Handed over</source>
        <translation>Transmitido</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>Entregado</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Anotado</translation>
    </message>
    <message>
        <source>Superseded</source>
        <translation>Reemplazado</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>Duplicado</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Rechazado</translation>
    </message>
    <message>
        <source>Dead-lettered</source>
        <translation>No entregado</translation>
    </message>
    <message>
        <source>Preliminary</source>
        <translation>Preliminar</translation>
    </message>
    <message>
        <source>Resulted</source>
        <translation>Con resultado</translation>
    </message>
    <message>
        <source>No order seen</source>
        <translation>Sin petición vista</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Anulado</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Detenido</translation>
    </message>
    <message>
        <source>Late</source>
        <translation>Con retraso</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>Ausente</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Desconocido</translation>
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
        <source>heard %1</source>
        <translation>oído %1</translation>
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
    <name>TargetChoice</name>
    <message>
        <source>Address of the target, HOST:PORT</source>
        <translation>Dirección del destino, EQUIPO:PUERTO</translation>
    </message>
    <message>
        <source>DEMO</source>
        <translation>DEMO</translation>
    </message>
    <message>
        <source>Listener script</source>
        <translation>Guion del receptor</translation>
    </message>
    <message>
        <source>PRODUCTION</source>
        <translation>PRODUCCIÓN</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>PRUEBAS</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Destino</translation>
    </message>
</context>
<context>
    <name>Ticket</name>
    <message>
        <source>Event</source>
        <translation>Evento</translation>
    </message>
    <message>
        <source>Trace</source>
        <translation>Traza</translation>
    </message>
    <message>
        <source>From</source>
        <translation>De</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Recibido</translation>
    </message>
    <message>
        <source>Stands</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>Hops (UTC)</source>
        <translation>Saltos (UTC)</translation>
    </message>
</context>
<context>
    <name>TimeChart</name>
    <message>
        <source>%1, above this chart</source>
        <translation>%1, por encima de este gráfico</translation>
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
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n mensaje</numerusform>
            <numerusform>%n mensajes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n order(s)</source>
        <translation>
            <numerusform>%n petición</numerusform>
            <numerusform>%n peticiones</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without a row here</source>
        <translation>
            <numerusform>%n sin fila aquí</numerusform>
            <numerusform>%n sin fila aquí</numerusform>
        </translation>
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
        <source>since %1</source>
        <translation>desde %1</translation>
    </message>
    <message>
        <source>%1 messages, %2 orders</source>
        <translation>%1 mensajes, %2 peticiones</translation>
    </message>
</context>
<context>
    <name>TimelineCommands</name>
    <message>
        <source>Events</source>
        <translation>Eventos</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Cronología</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Detalles</translation>
    </message>
    <message>
        <source>Open an encounter first.</source>
        <translation>Abra primero un episodio.</translation>
    </message>
    <message>
        <source>No further problem in this direction.</source>
        <translation>No hay más problemas en esa dirección.</translation>
    </message>
    <message>
        <source>Next event (older)</source>
        <translation>Evento siguiente (anterior en el tiempo)</translation>
    </message>
    <message>
        <source>Event before (newer)</source>
        <translation>Evento previo (más reciente)</translation>
    </message>
    <message>
        <source>Next problem</source>
        <translation>Problema siguiente</translation>
    </message>
    <message>
        <source>Problem before</source>
        <translation>Problema anterior</translation>
    </message>
    <message>
        <source>Jump to the cause of a gap</source>
        <translation>Saltar a la causa de un hueco</translation>
    </message>
    <message>
        <source>Follow what arrives</source>
        <translation>Seguir lo que llega</translation>
    </message>
    <message>
        <source>Show the whole stay</source>
        <translation>Mostrar toda la estancia</translation>
    </message>
    <message>
        <source>Go to now</source>
        <translation>Ir a ahora</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Acercar</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Alejar</translation>
    </message>
    <message>
        <source>Show problems only</source>
        <translation>Mostrar solo incidencias</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>Leer de nuevo</translation>
    </message>
    <message>
        <source>Export the events as CSV</source>
        <translation>Exportar los eventos como CSV</translation>
    </message>
    <message>
        <source>Export the events as JSON</source>
        <translation>Exportar los eventos como JSON</translation>
    </message>
    <message>
        <source>Go to a field (PID-5.1)</source>
        <translation>Ir a un campo (PID-5.1)</translation>
    </message>
    <message>
        <source>Copy as ticket text</source>
        <translation>Copiar como texto de incidencia</translation>
    </message>
    <message>
        <source>Show or hide the details</source>
        <translation>Mostrar u ocultar los detalles</translation>
    </message>
    <message>
        <source>Parsed</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>FHIR</source>
        <translation>FHIR</translation>
    </message>
    <message>
        <source>Hops</source>
        <translation>Saltos</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historia</translation>
    </message>
    <message>
        <source>Rows close together</source>
        <translation>Filas juntas</translation>
    </message>
    <message>
        <source>Rows at normal height</source>
        <translation>Filas a altura normal</translation>
    </message>
    <message>
        <source>Rows far apart</source>
        <translation>Filas separadas</translation>
    </message>
</context>
<context>
    <name>TimelineFrame</name>
    <message>
        <source>Events</source>
        <translation>Eventos</translation>
    </message>
    <message>
        <source>J / K · Enter</source>
        <translation>J / K · Intro</translation>
    </message>
</context>
<context>
    <name>TimelineHeader</name>
    <message>
        <source>All systems</source>
        <translation>Todos los sistemas</translation>
    </message>
    <message>
        <source>All types</source>
        <translation>Todos los tipos</translation>
    </message>
    <message>
        <source>Problems only</source>
        <translation>Solo incidencias</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>En directo</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportar</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>Copiar enlace</translation>
    </message>
    <message>
        <source>Show or hide the details</source>
        <translation>Mostrar u ocultar los detalles</translation>
    </message>
    <message>
        <source>Events as CSV, for a spreadsheet…</source>
        <translation>Eventos como CSV, para una hoja de cálculo…</translation>
    </message>
    <message>
        <source>Events as JSON…</source>
        <translation>Eventos como JSON…</translation>
    </message>
    <message>
        <source>Not live</source>
        <translation>No en directo</translation>
    </message>
    <message>
        <source>Follow what arrives (L)</source>
        <translation>Seguir lo que llega (L)</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Mostrar todo</translation>
    </message>
    <message>
        <source>%1 of %2 systems</source>
        <translation>%1 de %2 sistemas</translation>
    </message>
    <message>
        <source>%1 of %2 types</source>
        <translation>%1 de %2 tipos</translation>
    </message>
</context>
<context>
    <name>TimelinePage</name>
    <message>
        <source>Try now</source>
        <translation>Probar ahora</translation>
    </message>
    <message>
        <source>No encounter is open</source>
        <translation>No hay ningún episodio abierto</translation>
    </message>
    <message>
        <source>Find a patient, an encounter, an order or a message, and its timeline opens here.</source>
        <translation>Busque un paciente, un episodio, una petición o un mensaje, y su cronología se abre aquí.</translation>
    </message>
    <message>
        <source>Find one</source>
        <translation>Buscar uno</translation>
    </message>
    <message>
        <source>Reading the encounter…</source>
        <translation>Leyendo el episodio…</translation>
    </message>
    <message>
        <source>Admissions and moves</source>
        <translation>Ingresos y traslados</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>Peticiones</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Resultados</translation>
    </message>
    <message>
        <source>Medication</source>
        <translation>Medicación</translation>
    </message>
    <message>
        <source>Appointments</source>
        <translation>Citas</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>Documentos</translation>
    </message>
    <message>
        <source>Other messages</source>
        <translation>Otros mensajes</translation>
    </message>
    <message>
        <source>Kept copy as of %1 (%2). No source answered just now.</source>
        <translation>Copia guardada de %1 (%2). Ninguna fuente respondió ahora.</translation>
    </message>
    <message>
        <source>%1 did not answer: something may be missing here.</source>
        <translation>%1 no respondió: aquí puede faltar algo.</translation>
    </message>
    <message numerus="yes">
        <source>%n new problem(s) in this encounter</source>
        <translation>
            <numerusform>%n incidencia nueva en este episodio</numerusform>
            <numerusform>%n incidencias nuevas en este episodio</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is selected</source>
        <translation>No hay nada seleccionado</translation>
    </message>
    <message>
        <source>There is no gap here, or nothing that explains it.</source>
        <translation>Aquí no hay ningún hueco, o nada que lo explique.</translation>
    </message>
    <message numerus="yes">
        <source>%n new</source>
        <comment>messages that arrived</comment>
        <translation>
            <numerusform>%n nuevo</numerusform>
            <numerusform>%n nuevos</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is connected.</source>
        <translation>No hay nada conectado.</translation>
    </message>
    <message>
        <source>No source answers.</source>
        <translation>Ninguna fuente responde.</translation>
    </message>
    <message>
        <source>News arrive late: %1 behind.</source>
        <translation>Las novedades llegan tarde: %1 de retraso.</translation>
    </message>
    <message>
        <source>Link copied.</source>
        <translation>Enlace copiado.</translation>
    </message>
    <message>
        <source>Export the events shown</source>
        <translation>Exportar los eventos mostrados</translation>
    </message>
    <message numerus="yes">
        <source>%n event(s) written to %1</source>
        <translation>
            <numerusform>%n evento escrito en %1</numerusform>
            <numerusform>%n eventos escritos en %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TlsDialog</name>
    <message>
        <source>Authority (CA) file</source>
        <translation>Archivo de la autoridad (CA)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Choose a PEM file</source>
        <translation>Elegir un archivo PEM</translation>
    </message>
    <message>
        <source>Choose: %1</source>
        <translation>Elegir: %1</translation>
    </message>
    <message>
        <source>Client certificate</source>
        <translation>Certificado de cliente</translation>
    </message>
    <message>
        <source>Its key</source>
        <translation>Su clave</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Guardar</translation>
    </message>
    <message>
        <source>Name on the certificate</source>
        <translation>Nombre del certificado</translation>
    </message>
    <message>
        <source>TLS to %1</source>
        <translation>TLS con %1</translation>
    </message>
    <message>
        <source>The receiver's certificate must be valid</source>
        <translation>El certificado del receptor debe ser válido</translation>
    </message>
    <message>
        <source>Use TLS 1.2 or newer</source>
        <translation>Usar TLS 1.2 o posterior</translation>
    </message>
    <message>
        <source>as in the address</source>
        <translation>como en la dirección</translation>
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
    <message numerus="yes">
        <source>%n source(s) live</source>
        <translation>
            <numerusform>%n fuente en línea</numerusform>
            <numerusform>%n fuentes en línea</numerusform>
        </translation>
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
    <name>TraceCommands</name>
    <message>
        <source>Trace</source>
        <translation>Traza</translation>
    </message>
    <message>
        <source>Open a message first.</source>
        <translation>Abra primero un mensaje.</translation>
    </message>
    <message>
        <source>Parsed</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>FHIR</source>
        <translation>FHIR</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historia</translation>
    </message>
    <message>
        <source>Next hop</source>
        <translation>Salto siguiente</translation>
    </message>
    <message>
        <source>Hop before</source>
        <translation>Salto anterior</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>Copy for a ticket</source>
        <translation>Copiar para una incidencia</translation>
    </message>
    <message>
        <source>Open its timeline</source>
        <translation>Abrir su cronología</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>Leer de nuevo</translation>
    </message>
    <message>
        <source>Go to a field (PID-5.1)</source>
        <translation>Ir a un campo (PID-5.1)</translation>
    </message>
</context>
<context>
    <name>TracePage</name>
    <message>
        <source>Open timeline</source>
        <translation>Abrir cronología</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>Copy for a ticket</source>
        <translation>Copiar para una incidencia</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>Copiar enlace</translation>
    </message>
    <message>
        <source>Hops</source>
        <translation>Saltos</translation>
    </message>
    <message>
        <source>MSH-4 is HARNESS: it asks nobody to do anything, whatever becomes of it.</source>
        <translation>MSH-4 es HARNESS: no pide nada a nadie, pase lo que pase con él.</translation>
    </message>
    <message>
        <source>No message is open</source>
        <translation>No hay ningún mensaje abierto</translation>
    </message>
    <message>
        <source>Find a message by any of its identifiers, and every hop of it shows here.</source>
        <translation>Busque un mensaje por cualquiera de sus identificadores, y aquí se ven todos sus saltos.</translation>
    </message>
    <message>
        <source>Find one</source>
        <translation>Buscar uno</translation>
    </message>
    <message>
        <source>Reading the trace…</source>
        <translation>Leyendo la traza…</translation>
    </message>
    <message>
        <source>Test traffic of the harness</source>
        <translation>Tráfico de prueba del banco</translation>
    </message>
    <message>
        <source>event</source>
        <translation>evento</translation>
    </message>
    <message>
        <source>trace</source>
        <translation>traza</translation>
    </message>
    <message>
        <source>Kept copy as of %1 (%2). No source answered just now.</source>
        <translation>Copia guardada de %1 (%2). Ninguna fuente respondió ahora.</translation>
    </message>
    <message numerus="yes">
        <source>%n duplicate(s), acknowledged and ignored</source>
        <translation>
            <numerusform>%n duplicado, con acuse e ignorado</numerusform>
            <numerusform>%n duplicados, con acuse e ignorados</numerusform>
        </translation>
    </message>
    <message>
        <source>Part of a batch</source>
        <translation>Parte de un lote</translation>
    </message>
    <message>
        <source>Message %1 of the batch</source>
        <translation>Mensaje %1 del lote</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>y %n más</numerusform>
            <numerusform>y %n más</numerusform>
        </translation>
    </message>
    <message>
        <source>Link copied.</source>
        <translation>Enlace copiado.</translation>
    </message>
</context>
<context>
    <name>TreeModel</name>
    <message>
        <source>sent as empty: deletes what was there</source>
        <translation>enviado vacío: borra lo que había</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Campo</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Valor</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Nota</translation>
    </message>
</context>
<context>
    <name>VerdictBanner</name>
    <message>
        <source>Run again, same seed</source>
        <translation>Repetir con la misma semilla</translation>
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
        <source>Proves that nothing was lost or charted twice</source>
        <translation>Demuestra que nada se perdió ni se anotó dos veces</translation>
    </message>
    <message>
        <source>Ready in a few seconds</source>
        <translation>Listo en unos segundos</translation>
    </message>
    <message>
        <source>Works with any engine, and without one</source>
        <translation>Sirve con cualquier motor, y sin ninguno</translation>
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
        <source>Tokens go to the system keyring or a private file</source>
        <translation>Los tokens van al almacén de claves o a un archivo privado</translation>
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
    <name>Who</name>
    <message>
        <source>Signed in to this computer as %1</source>
        <translation>Sesión iniciada en este equipo como %1</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>A run is going on</source>
        <translation>Hay una ejecución en marcha</translation>
    </message>
    <message>
        <source>Closing Signalbox stops it in order. What was sent and answered so far is kept in its folder.</source>
        <translation>Al cerrar Signalbox se detiene en orden. Lo enviado y respondido hasta ahora queda en su carpeta.</translation>
    </message>
    <message>
        <source>Keep it running</source>
        <translation>Dejar que siga</translation>
    </message>
    <message>
        <source>Stop the run and close</source>
        <translation>Detener y cerrar</translation>
    </message>
    <message>
        <source>There is no page called %1.</source>
        <translation>No hay ninguna página llamada %1.</translation>
    </message>
</context>
</TS>
