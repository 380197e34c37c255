using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Crux.Node.Security;

/// <summary>Answers calls that don't come as far as gRPC.</summary>
internal static class BareAnswer
{
    // Without a body: gRPC reads the status from its head.
    public static void Refuse(HttpContext context, StatusCode code, string message)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }
}
