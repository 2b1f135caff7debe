# lastack in a container: docker build -t lastack . && docker run --rm -v "$PWD:/captures:ro" lastack capture.pcap
FROM node:24-alpine AS build
WORKDIR /src
COPY package.json package-lock.json tsconfig.json LICENSE README.md CHANGELOG.md ./
COPY scripts scripts
COPY bin bin
COPY src src
RUN npm ci && npm pack --ignore-scripts && mv lastack-*.tgz /lastack.tgz

FROM node:24-alpine
COPY --from=build /lastack.tgz /tmp/lastack.tgz
RUN npm install --global --ignore-scripts --no-audit --no-fund /tmp/lastack.tgz && npm cache clean --force
# Captures are read as a user that owns nothing: mount them readable.
USER node
WORKDIR /captures
ENTRYPOINT ["lastack"]
CMD ["--help"]
