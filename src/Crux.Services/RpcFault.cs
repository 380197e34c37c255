using Grpc.Core;

namespace Crux.Services;

/// <summary>How calls fail. Each message says what is wrong and, where the caller can do something, what.</summary>
internal static class RpcFault
{
    /// <summary>The request can't be right, however often it is sent.</summary>
    public static RpcException Invalid(string message) => Fault(StatusCode.InvalidArgument, message);

    /// <summary>The caller is not one who may ask this.</summary>
    public static RpcException Denied(string message) => Fault(StatusCode.PermissionDenied, message);

    /// <summary>The request is right, and this is not the node or the moment for it.</summary>
    public static RpcException WrongPlace(string message) => Fault(StatusCode.FailedPrecondition, message);

    /// <summary>The request is right, and this node will take it in a moment.</summary>
    public static RpcException NotYet(string message) => Fault(StatusCode.Unavailable, message);

    /// <summary>A named limit is reached.</summary>
    public static RpcException Exhausted(string message) => Fault(StatusCode.ResourceExhausted, message);

    /// <summary>The node is going away.</summary>
    public static RpcException Stopping() => Fault(StatusCode.Unavailable, "This node is stopping.");

    private static RpcException Fault(StatusCode code, string message) => new(new Status(code, message));
}
