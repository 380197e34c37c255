using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>Made by a handler itself, and not heard from a call that the handler placed: this type tells the one from the other.</summary>
internal sealed class NotProcessedException(Status status) : RpcException(status, new Metadata { { CruxTrailers.NotProcessed, "1" } });
