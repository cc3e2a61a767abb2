# OpenSearch from Maven Central's jars. SECURITY=1: TLS and users (alice: everything, bob: writes logs-o365*).
plugins=org.opensearch.transport.Netty4Plugin,org.opensearch.analysis.common.CommonAnalysisPlugin
plugins+=,org.opensearch.ingest.common.IngestCommonPlugin,org.opensearch.painless.PainlessPlugin
plugins+=,org.opensearch.script.mustache.MustachePlugin,org.opensearch.index.mapper.MapperExtrasPlugin
plugins+=,org.opensearch.index.reindex.ReindexPlugin
classes="$parts:$parts/*"

install() {
  mvn -q -B -ntp -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$parts"
  javac -nowarn -d "$parts" -cp "$parts/*" "$here/Node.java" 2>/dev/null
}

launch() {
  local config=$dir/config; mkdir -p "$config"
  cat > "$config/opensearch.yml" <<X
cluster.name: test
node.name: node-1
network.host: 127.0.0.1
http.port: $port
transport.port: $(free_ports 1)
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
X
  [ -z "${SECURITY:-}" ] || secure "$config"
  [ $# = 0 ] || printf '%s\n' "$@" >> "$config/opensearch.yml"
  java_logging "$config/log4j2.properties"
  nohup java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dlog4j2.configurationFile="$config/log4j2.properties" -Dplugins="$plugins" -cp "$classes" Node "$dir" & pid=$!
}

secure() {
  (
    flock 9
    [ -d "$parts/security/config" ] ||
      mvn -q -B -ntp -f "$here/pom.xml" dependency:unpack -Dmdep.overWriteReleases=true -DoutputDirectory="$parts/security"
  ) 9> "$parts.lock"
  classes+=":$parts/security/*"; plugins+=,org.opensearch.security.OpenSearchSecurityPlugin
  certificates "$1"
  cat >> "$1/opensearch.yml" <<'X'
plugins.security.ssl.transport.pemcert_filepath: server.crt
plugins.security.ssl.transport.pemkey_filepath: server.key
plugins.security.ssl.transport.pemtrustedcas_filepath: ca.crt
plugins.security.ssl.transport.enforce_hostname_verification: false
plugins.security.ssl.http.enabled: true
plugins.security.ssl.http.pemcert_filepath: server.crt
plugins.security.ssl.http.pemkey_filepath: server.key
plugins.security.ssl.http.pemtrustedcas_filepath: ca.crt
plugins.security.nodes_dn: ["CN=server"]
plugins.security.allow_default_init_securityindex: true
X
  mkdir -p "$1/opensearch-security"; cp "$parts"/security/config/*.yml "$1/opensearch-security/"
  cat > "$1/opensearch-security/internal_users.yml" <<X
_meta: {type: internalusers, config_version: 2}
alice: {hash: "$(hash alice-secret)", backend_roles: [admin]}
bob: {hash: "$(hash bob-secret)", backend_roles: [o365]}
X
  cat > "$1/opensearch-security/roles.yml" <<'X'
_meta: {type: roles, config_version: 2}
o365_writer:
  cluster_permissions: [cluster_monitor, "indices:data/write/bulk*"]
  index_permissions: [{index_patterns: ["logs-o365*", ".ds-logs-o365*"], allowed_actions: [write, create_index, "indices:admin/auto_create", "indices:admin/mapping/auto_put"]}]
X
  cat > "$1/opensearch-security/roles_mapping.yml" <<'X'
_meta: {type: rolesmapping, config_version: 2}
all_access: {backend_roles: [admin]}
o365_writer: {backend_roles: [o365]}
X
}

hash() { java -cp "$parts/security/*:$parts/*" org.opensearch.security.tools.Hasher -p "$1" 2>/dev/null | tail -1; }

is_ready() {
  if [ "${SECURITY:-}" ]; then
    curl -sfo /dev/null --cacert "$dir/config/ca.crt" -u alice:alice-secret "https://127.0.0.1:$port/_cluster/health"
  else
    curl -sfo /dev/null "http://127.0.0.1:$port/_cluster/health"
  fi
}

environment() {
  if [ "${SECURITY:-}" ]; then
    echo "O365_TEST_OPENSEARCH_SECURE=https://localhost:$port"
    echo "O365_TEST_OPENSEARCH_CA=$dir/config/ca.crt"
  else
    echo "O365_TEST_OPENSEARCH=http://127.0.0.1:$port"
  fi
}
