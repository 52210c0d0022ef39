<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>CountedWords</name>
    <message numerus="yes">
        <source>%n things need you</source>
        <translation><numerusform>%n thing needs you</numerusform><numerusform>%n things need you</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n messages stopped</source>
        <translation><numerusform>%n message stopped</numerusform><numerusform>%n messages stopped</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n patients</source>
        <translation><numerusform>%n patient</numerusform><numerusform>%n patients</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation><numerusform>%n waiting</numerusform><numerusform>%n waiting</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>%n cases</source>
        <translation><numerusform>%n case</numerusform><numerusform>%n cases</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>the first %n cases</source>
        <translation><numerusform>the first case</numerusform><numerusform>the first %n cases</numerusform></translation>
    </message>
</context>
<context>
    <name>HeatStrip</name>
    <message numerus="yes">
        <source>%n messages</source>
        <translation><numerusform>%n message</numerusform><numerusform>%n messages</numerusform></translation>
    </message>
</context>
<context>
    <name>NeedsCard</name>
    <message numerus="yes">
        <source>Show %n more</source>
        <translation><numerusform>Show %n more</numerusform><numerusform>Show %n more</numerusform></translation>
    </message>
</context>
<context>
    <name>RailButton</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%n job(s) failed</source>
        <translation>
            <numerusform>%n job failed</numerusform>
            <numerusform>%n jobs failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) running</source>
        <translation>
            <numerusform>%n job running</numerusform>
            <numerusform>%n jobs running</numerusform>
        </translation>
    </message>
</context>
</TS>
