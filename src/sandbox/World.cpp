#include "World.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/model/Operation.h"

#include <Poco/JSONString.h>

#include <algorithm>
#include <ostream>

namespace oauth_batch::sandbox {

namespace {

constexpr std::string_view kFixedTime = "2026-01-01T00:00:00.000Z";

/// Profile IDs are integers: `0322` is 322.
std::string_view withoutLeadingZeros(std::string_view digits)
{
    const auto first = digits.find_first_not_of('0');
    if (first != std::string_view::npos) return digits.substr(first);
    return digits.empty() ? digits : std::string_view("0");
}

/// Numbers in their order, before everything else.
bool precedes(std::string_view left, std::string_view right)
{
    if (left.empty() != right.empty()) return right.empty();
    return left.size() != right.size() ? left.size() < right.size() : left < right;
}

template <class List, class Value>
bool contains(const List& list, const Value& value)
{
    return std::find(list.begin(), list.end(), value) != list.end();
}

std::string json(const std::string& text)
{
    return Poco::toJSON(text, Poco::JSON_WRAP_STRINGS);
}

std::string csvField(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string field = "\"";
    for (const char c : text) {
        if (c == '"') field += '"';
        field += c;
    }
    return field + '"';
}

template <class Item, class Write>
std::string listPage(const std::vector<Item>& items, std::uint32_t page, std::uint32_t perPage,
                     Write write)
{
    const std::uint64_t begin = std::uint64_t{page - 1} * perPage;
    const std::uint64_t end = std::min<std::uint64_t>(begin + perPage, items.size());
    std::string body = R"({"result":[)";
    for (std::uint64_t i = begin; i < end; ++i) {
        if (i != begin) body += ',';
        body += write(*items[i]);
    }
    return body + "]}";
}

} // namespace

World::World(const std::vector<ProfileRecord>& profiles, Policies policies)
    : open_(true), policies_(policies)
{
    for (const ProfileRecord& profile : profiles)
        addProfile(profile.id, profile.provider);
}

World::World(const std::vector<CustomerRecord>& customers,
             const std::vector<ProfileRecord>& profiles, Policies policies)
    : open_(false), policies_(policies)
{
    for (const ProfileRecord& profile : profiles)
        addProfile(profile.id, profile.provider);
    customers_.reserve(customers.size());
    for (const CustomerRecord& record : customers)
        addCustomer(record);
}

void World::addCustomer(const CustomerRecord& record)
{
    const auto index = static_cast<Index>(customers_.size());
    if (!customerNames_.emplace(record.id, index).second)
        throw DataError("customer id " + quoted(record.id) + " occurs twice");
    if (!record.externalId.empty() &&
        !customerNames_.emplace('E' + record.externalId, index).second)
        throw DataError("external_id " + quoted(record.externalId) + " occurs twice");
    Customer customer{record.id, record.externalId, record.name, {}, {}};
    for (const std::string& id : record.profiles) {
        const Index profile = addProfile(id, {});
        if (contains(customer.assigned, profile)) continue;
        customer.assigned.push_back(profile);
        ++profiles_[profile].customers;
    }
    for (const std::string& id : record.inUse)
        customer.inUse.push_back(addProfile(id, {}));
    customers_.push_back(std::move(customer));
}

World::Index World::addProfile(std::string_view id, std::string_view provider)
{
    id = withoutLeadingZeros(id);
    const auto [entry, isNew] =
        profileNames_.emplace(std::string(id), static_cast<Index>(profiles_.size()));
    if (isNew) profiles_.push_back({std::string(id), std::string(provider), 0});
    return entry->second;
}

World::Customer* World::findCustomer(std::string_view customerId)
{
    if (!isCustomerIdShape(customerId)) return nullptr;
    const auto known = customerNames_.find(customerId);
    if (known != customerNames_.end()) return &customers_[known->second];
    if (!open_) return nullptr;
    customerNames_.emplace(std::string(customerId), static_cast<Index>(customers_.size()));
    const bool external = customerId.front() == 'E';
    return &customers_.emplace_back(
        Customer{external ? std::string() : std::string(customerId),
                 external ? std::string(customerId.substr(1)) : std::string(),
                 {},
                 {},
                 {}});
}

std::optional<World::Index> World::findProfile(std::string_view profileId)
{
    const auto known = profileNames_.find(withoutLeadingZeros(profileId));
    if (known != profileNames_.end()) return known->second;
    if (!open_) return std::nullopt;
    return addProfile(profileId, {});
}

bool World::holdsSameProvider(const Customer& customer, Index profile) const
{
    const std::string& provider = profiles_[profile].provider;
    return !provider.empty() &&
           std::any_of(customer.assigned.begin(), customer.assigned.end(),
                       [&](Index held) { return profiles_[held].provider == provider; });
}

OperationReport World::assign(std::string_view customerId, std::string_view profileId)
{
    if (!isProfileId(profileId)) return {OperationResult::badRequest, Effect::none};
    const std::lock_guard lock(mutex_);
    Customer* const customer = findCustomer(customerId);
    const auto profile = customer != nullptr ? findProfile(profileId) : std::nullopt;
    if (!profile) return {OperationResult::notFound, Effect::none};
    if (contains(customer->assigned, *profile)) return {OperationResult::success, Effect::repeated};
    if (policies_.sameProvider == Policies::SameProvider::badRequest &&
        holdsSameProvider(*customer, *profile))
        return {OperationResult::badRequest, Effect::none};
    customer->assigned.push_back(*profile);
    ++profiles_[*profile].customers;
    return {OperationResult::success, Effect::applied};
}

OperationReport World::unassign(std::string_view customerId, std::string_view profileId, bool force)
{
    if (!isProfileId(profileId)) return {OperationResult::badRequest, Effect::none};
    const std::lock_guard lock(mutex_);
    Customer* const customer = findCustomer(customerId);
    const auto profile = customer != nullptr ? findProfile(profileId) : std::nullopt;
    if (!profile) return {OperationResult::notFound, Effect::none};
    if (!contains(customer->assigned, *profile)) {
        return policies_.missing == Policies::Missing::success
                   ? OperationReport{OperationResult::success, Effect::repeated}
                   : OperationReport{OperationResult::notFound, Effect::none};
    }
    if (!force && contains(customer->inUse, *profile)) {
        return {policies_.inUse == Policies::InUse::reject ? OperationResult::rejected
                                                           : OperationResult::badRequest,
                Effect::none};
    }
    std::erase(customer->assigned, *profile);
    std::erase(customer->inUse, *profile);
    --profiles_[*profile].customers;
    return {OperationResult::success, Effect::applied};
}

std::vector<const World::Profile*> World::profilesInOrder() const
{
    std::vector<const Profile*> ordered;
    ordered.reserve(profiles_.size());
    for (const Profile& profile : profiles_)
        ordered.push_back(&profile);
    std::sort(ordered.begin(), ordered.end(),
              [](const Profile* a, const Profile* b) { return precedes(a->id, b->id); });
    return ordered;
}

std::vector<const World::Customer*> World::customersInOrder() const
{
    std::vector<const Customer*> ordered;
    ordered.reserve(customers_.size());
    for (const Customer& customer : customers_)
        ordered.push_back(&customer);
    std::sort(ordered.begin(), ordered.end(), [](const Customer* a, const Customer* b) {
        return a->id != b->id ? precedes(a->id, b->id) : a->externalId < b->externalId;
    });
    return ordered;
}

std::string World::listProfiles(std::uint32_t page, std::uint32_t perPage) const
{
    const std::lock_guard lock(mutex_);
    return listPage(profilesInOrder(), page, perPage, [](const Profile& profile) {
        const std::string count = std::to_string(profile.customers);
        const std::string time = json(std::string(kFixedTime));
        return "{\"id\":" + profile.id +
               ",\"user_id\":1,\"name\":" + json("Profile " + profile.id) +
               ",\"provider\":" + json(profile.provider) +
               ",\"data\":{\"client_id\":" + json("client-" + profile.id) +
               "},\"shared_accounts_count\":0,\"oem_customers_count\":" + count +
               ",\"created_at\":" + time + ",\"updated_at\":" + time + '}';
    });
}

std::string World::listCustomers(std::uint32_t page, std::uint32_t perPage) const
{
    const std::lock_guard lock(mutex_);
    return listPage(customersInOrder(), page, perPage, [](const Customer& customer) {
        const std::string_view id = withoutLeadingZeros(customer.id);
        return "{\"id\":" + (id.empty() ? std::string("null") : std::string(id)) +
               ",\"external_id\":" +
               (customer.externalId.empty() ? std::string("null") : json(customer.externalId)) +
               ",\"name\":" + json(customer.name) + '}';
    });
}

void World::writeAssignments(std::ostream& out) const
{
    const std::lock_guard lock(mutex_);
    out << "managed_user_id,external_id,profile_id\n";
    for (const Customer* customer : customersInOrder()) {
        std::vector<const Profile*> held;
        for (const Index profile : customer->assigned)
            held.push_back(&profiles_[profile]);
        std::sort(held.begin(), held.end(),
                  [](const Profile* a, const Profile* b) { return precedes(a->id, b->id); });
        for (const Profile* profile : held)
            out << customer->id << ',' << csvField(customer->externalId) << ',' << profile->id
                << '\n';
    }
}

std::size_t World::customerCount() const
{
    const std::lock_guard lock(mutex_);
    return customers_.size();
}

} // namespace oauth_batch::sandbox
