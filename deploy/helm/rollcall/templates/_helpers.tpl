{{- define "rollcall.name" -}}
{{- .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "rollcall.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "rollcall.selector" -}}
app.kubernetes.io/name: {{ include "rollcall.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "rollcall.labels" -}}
{{ include "rollcall.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "rollcall.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "rollcall.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "rollcall.secret" -}}
{{- default (include "rollcall.fullname" .) .Values.secret.existingSecret -}}
{{- end -}}

{{- define "rollcall.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{/* The apps that run, each with what it leaves out filled in: a YAML map by name. */}}
{{- define "rollcall.apps" -}}
{{- $apps := dict -}}
{{- range $name, $app := .Values.apps -}}
{{- if $app.enabled -}}
{{- $_ := set $apps $name (mergeOverwrite (deepCopy $.Values.defaults) (deepCopy $app)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $apps -}}
{{- end -}}

{{/* Which engines an app speaks to. */}}
{{- define "rollcall.engines" -}}
{{- get (dict
  "scim-gateway" "eventstore mongodb"
  "admin" "eventstore mongodb"
  "projector" "eventstore mongodb kafka"
  "relay" "eventstore mongodb kafka"
) . | default "mongodb kafka" -}}
{{- end -}}

{{/* Whether others send requests to an app, beside its probes. */}}
{{- define "rollcall.isServed" -}}
{{- if not (has . (list "projector" "relay")) }}yes{{ end -}}
{{- end -}}

{{/* What the Secret must hold, by name, separated by blanks. */}}
{{- define "rollcall.secrets" -}}
EVENTSTORE_URI MONGODB_URI KAFKA_BROKERS ADMIN_KEY CURSOR_KEY OAUTH_KEY
{{- end -}}
