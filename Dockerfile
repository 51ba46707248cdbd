# The course in a container: docker build -t model-compression . && docker run -p 8888:8888 model-compression
# Untried: it was written where no container can be built. TORCH_INDEX takes torch's CPU build (README.md):
#   docker build --build-arg TORCH_INDEX=ADDRESS -t model-compression .
FROM python:3.11-slim AS tools
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap git make \
    && rm -rf /var/lib/apt/lists/*

FROM tools
ARG TORCH_INDEX=
WORKDIR /course
COPY . .
RUN make setup TORCH_INDEX="$TORCH_INDEX"
EXPOSE 8888
CMD ["make", "lab", "ARGS=--no-browser --ip=0.0.0.0"]
