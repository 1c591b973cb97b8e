# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts ./scripts
COPY proto ./proto
COPY generated ./generated
COPY src ./src
RUN npm run build && npm prune --omit=dev && node scripts/prune-fonts.mjs

FROM node:24-bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data cutroom
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
RUN ln -s /app/dist/src/cli/cutroom.js /usr/local/bin/cutroom
ENV NODE_ENV=production \
    CUTROOM_DATA_DIR=/data \
    CUTROOM_INPUT_ROOTS=/media \
    CUTROOM_GRPC_ADDRESS=0.0.0.0:50051 \
    CUTROOM_HTTP_ADDRESS=0.0.0.0:8080
USER 10001
VOLUME ["/data"]
EXPOSE 50051 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "cutroom"]
CMD ["serve"]
