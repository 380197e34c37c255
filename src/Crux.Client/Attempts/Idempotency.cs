using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>
/// Which methods may be repeated: those whose proto says <c>idempotency_level</c> IDEMPOTENT or NO_SIDE_EFFECTS, and those named
/// in the options. Thread-safe.
/// </summary>
internal sealed class Idempotency(ISet<string> named)
{
    // What protos say is the same for every channel of the process.
    private static readonly ConcurrentDictionary<string, bool> Declared = new(StringComparer.Ordinal);

    /// <param name="requestType">Its file, or that of the answer, is where the service's descriptor is looked for.</param>
    public bool MayRepeat(IMethod method, Type requestType, Type responseType) =>
        (Declared.TryGetValue(method.FullName, out var declared)
            ? declared
            : Declared.GetOrAdd(method.FullName, IsDeclared(method, requestType, responseType)))
        || (named.Count > 0 && named.Contains($"{method.ServiceName}/{method.Name}"));

    private static bool IsDeclared(IMethod method, Type requestType, Type responseType) =>
        FindService(method.ServiceName, requestType, responseType)?.FindMethodByName(method.Name)?.GetOptions() is
        { IdempotencyLevel: MethodOptions.Types.IdempotencyLevel.Idempotent or MethodOptions.Types.IdempotencyLevel.NoSideEffects };

    private static ServiceDescriptor? FindService(string service, Type requestType, Type responseType)
    {
        foreach (var type in (Type[])[requestType, responseType])
        {
            if (FileOf(type)?.Services.FirstOrDefault(found => found.FullName == service) is { } near)
                return near;
        }
        // Messages that live in other files than the service: the generated code of the caller's assemblies has it.
        return AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic && assembly.GetReferencedAssemblies().Any(name => name.Name == "Google.Protobuf"))
            .SelectMany(LoadableTypes)
            .Where(type => type is { IsAbstract: true, IsSealed: true })
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(ServiceDescriptor))
            .Select(property => (ServiceDescriptor?)property!.GetValue(null))
            .FirstOrDefault(found => found?.FullName == service);
    }

    private static FileDescriptor? FileOf(Type type) =>
        typeof(IMessage).IsAssignableFrom(type)
            ? (type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as MessageDescriptor)?.File
            : null;

    private static Type[] LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetExportedTypes();
        }
        catch (Exception exception) when (exception is ReflectionTypeLoadException or FileNotFoundException or FileLoadException or TypeLoadException)
        {
            return [];
        }
    }
}
