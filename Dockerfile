# syntax=docker/dockerfile:1
FROM swift:6.3-bookworm AS build
WORKDIR /src
COPY scripts/setup scripts/setup
RUN scripts/setup
COPY . .
RUN swift build -c release --product orthoweave --static-swift-stdlib \
 && install -D .build/release/orthoweave /out/usr/local/bin/orthoweave

FROM debian:12-slim
COPY scripts/setup /tmp/setup
RUN bash /tmp/setup runtime && rm -rf /tmp/setup /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 orthoweave
COPY --from=build /out/ /
COPY Pipelines /usr/share/orthoweave/Pipelines
COPY SampleData /usr/share/orthoweave/SampleData
USER orthoweave
WORKDIR /data
ENTRYPOINT ["orthoweave"]
