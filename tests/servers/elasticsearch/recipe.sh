# Elasticsearch from Maven Central's jars, basic licence: for tests only, never to be given on.
# SECURITY=1: TLS and the user alice, who may do everything; API keys.
modules=$parts/modules

install() {
  mvn -q -B -ntp -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$parts"
  javac -nowarn -d "$parts" -cp "$parts/*" "$here/EsNode.java" 2>/dev/null
  mkdir -p "$parts/shim" "$modules/shim"; javac -nowarn -d "$parts/shim" -cp "$parts/*" "$here/Shim.java" 2>/dev/null
  jar cf "$modules/shim/shim.jar" -C "$parts/shim" .
  # Modules lie in their own folders, as in a distribution; their jars carry the descriptors. Without "modulename" they
  # load beside a server that is on the class path.
  for module in transport-netty4 x-pack-core x-pack-security; do
    mkdir -p "$modules/$module"; mv "$parts/$module"-8*.jar "$modules/$module/"
    unzip -p "$modules/$module"/$module-8*.jar "META-INF/es-plugins/$module/plugin-descriptor.properties" |
      grep -v '^modulename' > "$modules/$module/plugin-descriptor.properties"
  done
  sed -e 's/^name=.*/name=shim/; s/^classname=.*/classname=Shim/' \
    "$modules/transport-netty4/plugin-descriptor.properties" > "$modules/shim/plugin-descriptor.properties"
  cp "$modules/transport-netty4"/transport-netty4-8*.jar "$modules/x-pack-security/"   # its transports extend netty4's
  # SAML (OpenSAML) is not on Maven Central; the node only looks for these three names.
  mkdir -p "$parts/stubs"
  for class in core.xml.XMLObject saml.saml2.core.RequestAbstractType saml.saml2.core.StatusResponseType; do
    echo "package org.opensaml.${class%.*}; public interface ${class##*.} {}" > "$parts/stubs/${class##*.}.java"
  done
  (cd "$parts/stubs"; javac -d . ./*.java; jar cf "$modules/x-pack-security/stubs.jar" org)
}

launch() {
  local config=$dir/config is_secure=false; mkdir -p "$config"
  [ -z "${SECURITY:-}" ] || is_secure=true
  cat > "$config/elasticsearch.yml" <<X
cluster.name: test
node.name: node-1
network.host: 127.0.0.1
http.port: $port
transport.port: $(free_ports 1)
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: $is_secure
X
  if [ "${SECURITY:-}" ]; then
    certificates "$config"
    cat >> "$config/elasticsearch.yml" <<'X'
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.certificate: server.crt
xpack.security.http.ssl.key: server.key
xpack.security.http.ssl.certificate_authorities: ca.crt
X
    # The file realm; plain text is read.
    echo 'alice:alice-secret' > "$config/users"; echo 'superuser:alice' > "$config/users_roles"; : > "$config/roles.yml"
  fi
  [ $# = 0 ] || printf '%s\n' "$@" >> "$config/elasticsearch.yml"
  java_logging "$config/log4j2.properties"
  nohup java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dlog4j2.configurationFile="$config/log4j2.properties" -cp "$parts:$parts/*" EsNode "$dir" "$modules" & pid=$!
}

is_ready() {
  if [ "${SECURITY:-}" ]; then
    curl -sfo /dev/null --cacert "$dir/config/ca.crt" -u alice:alice-secret "https://127.0.0.1:$port/_cluster/health"
  else
    curl -sfo /dev/null "http://127.0.0.1:$port/_cluster/health"
  fi
}

environment() {
  if [ "${SECURITY:-}" ]; then
    echo "O365_TEST_ELASTICSEARCH_SECURE=https://localhost:$port"
    echo "O365_TEST_ELASTICSEARCH_CA=$dir/config/ca.crt"
  else
    echo "O365_TEST_ELASTICSEARCH=http://127.0.0.1:$port"
  fi
}
