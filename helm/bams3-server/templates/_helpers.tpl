{{- define "bams3.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The release's name, with the chart's unless it is in it; short enough for the longest suffix, "-management". */}}
{{- define "bams3.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "bams3.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "bams3.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "bams3.selectorLabels" -}}
app.kubernetes.io/name: {{ include "bams3.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "bams3.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bams3.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "bams3.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "bams3.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "bams3.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The most pods that can run, apart from those of an update. */}}
{{- define "bams3.pods" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.maxReplicas }}{{ else }}{{ .Values.replicaCount }}{{ end }}
{{- end }}

{{/* Lines NAME: "text" of a tree of settings: (dict "prefix" "BAMS3" "tree" .Values.config). Absent ones are left out. */}}
{{- define "bams3.environment" -}}
{{- $prefix := .prefix }}
{{- range $key, $value := .tree }}
{{- $name := printf "%s_%s" $prefix ($key | snakecase | upper) }}
{{- if kindIs "map" $value }}
{{- include "bams3.environment" (dict "prefix" $name "tree" $value) }}
{{- else if kindIs "slice" $value }}
{{ $name }}: {{ join "," $value | quote }}
{{- else if kindIs "float64" $value }}
{{ $name }}: {{ if eq $value (floor $value) }}{{ int64 $value | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- else if not (kindIs "invalid" $value) }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What reaches the store, for the pods of the service and those of conversions: entries of a container's env. */}}
{{- define "bams3.storeEnv" -}}
{{- with .Values.credentials }}
{{- if .existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .accessKeyIdKey }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .secretAccessKeyKey }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Resolution of names, as in a pod. */}}
{{- define "bams3.dns" -}}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What the schema cannot say, because it is about several values. */}}
{{- define "bams3.check" -}}
{{- if not .Values.config.store }}
{{- fail "config.store: the root of the datasets is required, for example --set config.store=s3://bucket/prefix" }}
{{- end }}
{{- if and (gt (int (include "bams3.pods" .)) 1) (not .Values.ticketKey.existingSecret) }}
{{- fail (printf "ticketKey.existingSecret: several pods must sign tickets with one key, else they refuse each other's. Make one with: kubectl -n %s create secret generic bams3-ticket --from-literal=%s=\"$(openssl rand -base64 32)\" and set ticketKey.existingSecret=bams3-ticket; or set replicaCount=1" .Release.Namespace .Values.ticketKey.key) }}
{{- end }}
{{- if and .Values.config.jobs.alone (gt (int (include "bams3.pods" .)) 1) }}
{{- fail "config.jobs.alone: vouches that one process works on conversions, so set replicaCount=1 and leave autoscaling out" }}
{{- end }}
{{- if and .Values.config.jobs.alone .Values.strategy }}
{{- fail "strategy: config.jobs.alone needs Recreate, and sets it; leave strategy out" }}
{{- end }}
{{- if and .Values.accessRules .Values.config.access.rules }}
{{- fail "accessRules: config.access.rules names a file of rules already; only one of them counts" }}
{{- end }}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") }}
{{- fail "service.nodePort: needs service.type NodePort or LoadBalancer" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts: an enabled ingress needs at least one host" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs: an enabled route needs the gateway it belongs to" }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
{{- fail "autoscaling.minReplicas: must not be more than maxReplicas" }}
{{- end }}
{{- if and .enabled (not .cpuUtilization) (not .inFlight.enabled) }}
{{- fail "autoscaling: needs cpuUtilization or inFlight.enabled" }}
{{- end }}
{{- end }}
{{- end }}
